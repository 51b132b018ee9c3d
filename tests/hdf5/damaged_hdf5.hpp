// Creates HDF5 files that amt never writes, for tests of its readers.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace amt::test {

enum class Hdf5Damage : std::uint8_t {
  kExternalLink,     ///< a link to the dataset of that name in another file
  kSoftLink,         ///< a link to another name in this file
  kExternalStorage,  ///< the values are in another file
  kVirtual,          ///< a view of the dataset of that name in another file
  kChunked,          ///< the values are not contiguous in the file
  kOtherType,
  kOtherShape,
  kHuge,  ///< 2^60 values, none of them stored
};

inline constexpr std::array kHdf5Damages = {Hdf5Damage::kExternalLink,    Hdf5Damage::kSoftLink,
                                            Hdf5Damage::kExternalStorage, Hdf5Damage::kVirtual,
                                            Hdf5Damage::kChunked,         Hdf5Damage::kOtherType,
                                            Hdf5Damage::kOtherShape,      Hdf5Damage::kHuge};

enum class Hdf5Values : std::uint8_t { kFloat, kUint16, kUint64 };

/// Replaces the dataset of this name in a valid file by one with this shape and damage; everything
/// else is kept. kExternalLink, kExternalStorage and kVirtual refer to the file `elsewhere`.
void damage_hdf5(const std::filesystem::path& file, const std::string& name, Hdf5Values values,
                 std::vector<std::uint64_t> shape, Hdf5Damage damage,
                 const std::filesystem::path& elsewhere);

/// Adds an attribute with `count` strings of 8 bytes to the root group.
void add_texts(const std::filesystem::path& file, const std::string& name, std::uint64_t count);

}  // namespace amt::test
