// Runs work that may crash or hang, such as a library call on a damaged file, in a separate
// process.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace amt {

/// Runs `work` in a fork of this process and returns its result; nullopt if it crashed, threw, or
/// took longer than `limit` (in whole seconds). Any changes it makes, and what it prints to stderr,
/// are lost. The process must have only one thread and must not use MPI. Local.
std::optional<std::string> run_apart(const std::function<std::string()>& work,
                                     std::chrono::seconds limit);

}  // namespace amt
