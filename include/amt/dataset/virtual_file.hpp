// train.h5, valid.h5, test.h5: a split's shards as one array, for other programs. amt reads the
// shards themselves.
//   /tokens    uint16 [rows, 1024], virtual: the shards' /tokens one after the other, found beside
//              the file. A row whose shard a reader does not find is 65535 throughout, no token.
//   attributes of / and of /tokens: format ("amt-dataset"), and those of a shard (shard.hpp) but
//   for
//              its number. Files that older versions wrote have none.
// Example, in Python:
//   f = h5py.File("train.h5"); f["tokens"].attrs["vocabulary"], f["tokens"][0]
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "amt/dataset/manifest.hpp"

namespace amt {

/// Written beside the shards that the manifest names, and fsynced. Local.
void write_virtual_file(const std::filesystem::path& folder, const Manifest& manifest, Split split);

/// One line that begins with the file's name if it does not show the manifest's shards; nullopt if
/// it does. SystemError if it cannot be read. Local.
std::optional<std::string> find_virtual_file_damage(const std::filesystem::path& dataset,
                                                    const Manifest& manifest, Split split);

}  // namespace amt
