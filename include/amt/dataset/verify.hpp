// Verifies a dataset: compares all tokens with the checksums in the shards and the manifest and, on
// request, checks every row against the rules of its encoding.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "amt/dataset/manifest.hpp"

namespace amt {

/// Whether to check each row as well (tokens/row_rules.hpp).
enum class VerifyRows : bool { kNo, kYes };

/// Reads a shard completely. If it is damaged, returns one line that begins with its file's name
/// and lists the damaged rows and bytes; nullopt if it is intact. Throws SystemError if the
/// operating system cannot read it, which implies nothing about its contents. Local.
std::optional<std::string> find_shard_damage(const std::filesystem::path& dataset,
                                             const Manifest& manifest, Split split,
                                             std::size_t shard, VerifyRows rows);

/// Returns the HDF5 files in the folder that the manifest does not list, sorted: either they are
/// left over, or the manifest belongs to another dataset. Local.
std::vector<std::string> find_unknown_files(const std::filesystem::path& dataset,
                                            const Manifest& manifest);

/// Verifies the checksums of every `ranks`-th shard of the splits, starting with number `rank`, so
/// that together the ranks verify each shard once. Throws an Error naming the first damaged shard
/// and the number of damaged ones. Local.
void verify_share(const std::filesystem::path& dataset, const Manifest& manifest,
                  std::span<const Split> splits, int rank, int ranks);

}  // namespace amt
