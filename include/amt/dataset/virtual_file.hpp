// train.h5, valid.h5, test.h5: a split's shards presented as one array, for other programs. amt
// reads the shards themselves.
//   /tokens    uint16 [rows, 1024], virtual: the shards' /tokens one after the other; the
//              shards are expected in the same folder. A row of a missing shard reads as 65535,
//              which is not a token.
//   attributes of / and of /tokens: format ("amt-dataset"), and those of a shard (shard.hpp) except
//              its number. Files written by older versions have none.
// Example, in Python:
//   f = h5py.File("train.h5"); f["tokens"].attrs["vocabulary"], f["tokens"][0]
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "amt/dataset/manifest.hpp"

namespace amt {

/// Writes the file beside the shards that the manifest lists, and syncs it. Local.
void write_virtual_file(const std::filesystem::path& folder, const Manifest& manifest, Split split);

/// Returns one line that begins with the file's name if the file does not present the manifest's
/// shards, otherwise nullopt. Throws SystemError if it cannot be read. Local.
std::optional<std::string> find_virtual_file_damage(const std::filesystem::path& dataset,
                                                    const Manifest& manifest, Split split);

}  // namespace amt
