// The metrics of a run for spreadsheets and data frames.
#pragma once

#include <filesystem>
#include <string>

namespace amt {

/// metrics.jsonl as CSV, a line of names and a line for each step: its fields, and valid_loss where
/// the step was followed by a validation. What is not known is empty. Warns of lines that cannot be
/// read. Throws Error if the file cannot be. Local.
std::string metrics_csv(const std::filesystem::path& metrics);

}  // namespace amt
