// Removes a dataset that another has replaced.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace amt {

/// Removes the dataset in the folder `old`, which `replacement` has replaced and which is marked
/// so: the files that amt wrote and nothing else. What somebody else has put there is moved to
/// `replacement`, and one line names it. Returns the names of what had to stay, with the folder
/// `old`, because `replacement` has something of that name. May be called again after it was killed
/// at any moment.
std::vector<std::string> remove_replaced_dataset(const std::filesystem::path& old,
                                                 const std::filesystem::path& replacement);

/// "a, b, c"
std::string joined(const std::vector<std::string>& names);

}  // namespace amt
