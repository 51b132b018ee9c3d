// Is a dataset what its writer wrote? Every token against the shard's checksums and the manifest's,
// and, if asked, every row against the rules of rows.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "amt/dataset/manifest.hpp"

namespace amt {

enum class VerifyRows : bool { kNo, kYes };  ///< also look at each row: tokens/row_rules.hpp

/// Reads the whole shard, once. One line that begins with its file's name if it is damaged, with
/// the rows and the bytes of the file that are; nullopt if it is whole. SystemError if the system
/// does not let it be read, which says nothing of what is in it. Local.
std::optional<std::string> find_shard_damage(const std::filesystem::path& dataset,
                                             const Manifest& manifest, Split split,
                                             std::size_t shard, VerifyRows rows);

/// HDF5 files in the folder that the manifest does not know, sorted: a writer left them, or the
/// manifest is another's. Local.
std::vector<std::string> find_unknown_files(const std::filesystem::path& dataset,
                                            const Manifest& manifest);

/// The checksums of every `ranks`-th shard of the splits, from the `rank`-th on: together the ranks
/// verify each shard once. Error naming the first that is damaged and how many are. Local.
void verify_share(const std::filesystem::path& dataset, const Manifest& manifest,
                  std::span<const Split> splits, int rank, int ranks);

}  // namespace amt
