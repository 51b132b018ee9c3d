#include "moments_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/output_file.hpp"
#include "amt/base/regular_file.hpp"
#include "amt/hdf5/hdf5.hpp"

namespace amt {
namespace {

constexpr const char* kFirst = "first_moment";
constexpr const char* kSecond = "second_moment";
constexpr std::uint64_t kVersion = 1;

/// Offsets of the values of both moments in a file, ascending.
using Offsets = std::array<std::uint64_t, 2>;

/// Creates the file with everything except the values, and returns their offsets.
Offsets create_moments_file(const std::filesystem::path& path, std::uint64_t count) {
  hdf5::File file = hdf5::File::create(path);
  file.set_attribute("format", "amt-adam-moments");
  file.set_attribute("version", kVersion);
  Offsets offsets{};
  std::ranges::transform(std::array{kFirst, kSecond}, offsets.begin(), [&](const char* name) {
    return file.create_dataset(name, hdf5::Type::f32, {count}).file_offset();
  });
  file.close();
  return offsets;
}

/// Adds the existing bytes [begin, end) of the file to the hash.
void hash_part(const RegularFile& file, std::uint64_t begin, std::uint64_t end, Xxh3& hash) {
  std::vector<std::byte> bytes(end - begin);
  file.read_at(begin, bytes);
  hash.update(bytes);
}

/// Writes a moment without HDF5, which would copy the values into the page cache.
void write_values(const std::filesystem::path& path, std::uint64_t offset,
                  const ParameterLayout& layout, std::span<const float> moment, Xxh3& hash) {
  OutputFile out(path, offset);
  out.bypass_cache();
  for (const ParameterInfo& parameter : layout.all()) {
    out.write(std::as_bytes(moment.subspan(parameter.offset, parameter.size)), hash);
  }
  out.close();
}

/// Values must be finite and, in the second moment, a mean of squares, not negative.
void check_values(const char* name, std::span<const float> values) {
  const bool of_squares = name == kSecond;
  const bool good = std::ranges::all_of(
      values, [=](float value) { return std::isfinite(value) && !(of_squares && value < 0); });
  if (!good) {
    throw Error(
        fmt::format("{} has values that are {}not finite", name, of_squares ? "negative or " : ""));
  }
}

void read_moment(const hdf5::File& file, const char* name, const ParameterLayout& layout,
                 std::span<float> moment) {
  const hdf5::Dataset dataset = file.open_dataset(name);
  const std::uint64_t count = layout.count();
  if (dataset.type() != hdf5::Type::f32 || dataset.shape() != hdf5::Shape{count}) {
    throw Error(fmt::format("{} does not have {} floats", name, count));
  }
  dataset.file_offset();  // throws unless the data is stored in this file, without gaps
  std::ranges::fill(moment, 0.0f);
  std::uint64_t first = 0;
  for (const ParameterInfo& parameter : layout.all()) {
    const auto values = moment.subspan(parameter.offset, parameter.size);
    dataset.read_rows(first, values.size(), std::as_writable_bytes(values));
    check_values(name, values);
    first += values.size();
  }
}

}  // namespace

std::uint64_t write_moments(const std::filesystem::path& path, const ParameterLayout& layout,
                            std::span<const float> first, std::span<const float> second) {
  const std::uint64_t count = layout.count();
  const Offsets offsets = create_moments_file(path, count);
  const RegularFile file(path);
  Xxh3 hash;
  std::uint64_t hashed = 0;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    hash_part(file, hashed, offsets[i], hash);
    write_values(path, offsets[i], layout, i == 0 ? first : second, hash);
    hashed = offsets[i] + count * sizeof(float);
  }
  hash_part(file, hashed, file.size(), hash);
  fsync_path(path);
  return hash.digest();
}

void read_moments(const std::filesystem::path& path, const ParameterLayout& layout,
                  std::span<float> first, std::span<float> second) {
  const hdf5::File file = hdf5::File::open(path);
  const std::uint64_t version = file.integer_attribute("version");
  if (version > kVersion) {
    throw NewerFormat(
        fmt::format("{} has format version {}, but this amt reads version {}: it was written by "
                    "another version of amt",
                    path.string(), version, kVersion));
  }
  if (version != kVersion) throw Error(fmt::format("{} has version {}", path.string(), version));
  try {
    read_moment(file, kFirst, layout, first);
    read_moment(file, kSecond, layout, second);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace amt
