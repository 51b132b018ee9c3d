// Removes a dataset that was replaced by another.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace amt {

/// Removes the dataset in the folder `old`, which has been replaced by `replacement` and is marked
/// accordingly: removes only the files that amt wrote, and moves others to `replacement`, which a
/// message lists. Returns the names of those that had to stay in `old` because `replacement` has
/// something with that name. May be repeated after being killed at any moment.
std::vector<std::string> remove_replaced_dataset(const std::filesystem::path& old,
                                                 const std::filesystem::path& replacement);

/// Joins names with commas: "a, b, c".
std::string joined(const std::vector<std::string>& names);

}  // namespace amt
