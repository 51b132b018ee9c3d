// The metrics of a run for spreadsheets and data frames.
#pragma once

#include <filesystem>
#include <string>

namespace amt {

/// Converts metrics.jsonl to CSV: a header line, and a line for each step with its fields and, if a
/// validation followed the step, valid_loss. Unknown values are empty. Warns about lines that
/// cannot be read. Throws Error if the file cannot be read. Local.
std::string metrics_csv(const std::filesystem::path& metrics);

}  // namespace amt
