// What readers of metrics.jsonl say of lines that they do not know.
#pragma once

#include <cstdint>
#include <filesystem>

namespace amt {

/// Nothing if there are none.
void warn_of_unknown_lines(std::int64_t unknown, const std::filesystem::path& metrics);

}  // namespace amt
