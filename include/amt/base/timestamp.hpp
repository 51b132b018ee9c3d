// Formats times as readable text.
#pragma once

#include <chrono>
#include <string>

namespace amt {

/// Formats a time in the time zone of this process: "2026-11-25 20:37:37 UTC".
std::string local_time_text(std::chrono::system_clock::time_point moment);

}  // namespace amt
