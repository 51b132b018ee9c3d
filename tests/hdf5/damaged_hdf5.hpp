// HDF5 files of a kind that amt never writes, for tests of its readers.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace amt::test {

enum class Hdf5Damage : std::uint8_t {
  kExternalLink,     ///< the dataset of that name in another file
  kSoftLink,         ///< another name in this file
  kExternalStorage,  ///< the values are in another file
  kVirtual,          ///< the values of another file's dataset of that name
  kChunked,          ///< not at one place in the file
  kOtherType,
  kOtherShape,
  kHuge,  ///< 2^60 values, of which none was ever stored
};

inline constexpr std::array kHdf5Damages = {Hdf5Damage::kExternalLink,    Hdf5Damage::kSoftLink,
                                            Hdf5Damage::kExternalStorage, Hdf5Damage::kVirtual,
                                            Hdf5Damage::kChunked,         Hdf5Damage::kOtherType,
                                            Hdf5Damage::kOtherShape,      Hdf5Damage::kHuge};

enum class Hdf5Values : std::uint8_t { kFloat, kUint16, kUint64 };

/// Replaces the dataset of this name in a readable file by one with this shape and damage;
/// everything else is kept. `elsewhere` is the file to which the first, third and fourth kind of
/// damage refer.
void damage_hdf5(const std::filesystem::path& file, const std::string& name, Hdf5Values values,
                 std::vector<std::uint64_t> shape, Hdf5Damage damage,
                 const std::filesystem::path& elsewhere);

/// Adds an attribute to the root that contains `count` texts of 8 bytes.
void add_texts(const std::filesystem::path& file, const std::string& name, std::uint64_t count);

}  // namespace amt::test
