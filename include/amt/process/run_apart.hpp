// Runs work that may crash or never end, such as a library's on a damaged file, in a separate
// process.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace amt {

/// What `work` returns in a copy of this process that ends with it; nothing if it crashed there,
/// threw, or was not done after `limit`, in whole seconds. What it changes or prints to stderr is
/// lost. For processes with one thread and without MPI. Local.
std::optional<std::string> run_apart(const std::function<std::string()>& work,
                                     std::chrono::seconds limit);

}  // namespace amt
