#include "moments_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/hdf5/hdf5.hpp"

namespace amt {
namespace {

constexpr const char* kFirst = "first_moment";
constexpr const char* kSecond = "second_moment";
constexpr std::uint64_t kVersion = 1;

void write_moment(hdf5::File& file, const char* name, const ParameterLayout& layout,
                  std::span<const float> moment) {
  const std::uint64_t count = layout.count();
  hdf5::Dataset dataset = file.create_dataset(name, hdf5::Type::f32, {count});
  std::uint64_t first = 0;
  for (const ParameterInfo& parameter : layout.all()) {
    const auto values = moment.subspan(parameter.offset, parameter.size);
    dataset.write_rows(first, values.size(), std::as_bytes(values));
    first += values.size();
  }
}

/// The first moment may have any finite value; the second is a mean of squares.
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
  dataset.file_offset();  // throws unless all of it is stored in this file, as written
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

void write_moments(const std::filesystem::path& path, const ParameterLayout& layout,
                   std::span<const float> first, std::span<const float> second) {
  hdf5::File file = hdf5::File::create(path);
  file.set_attribute("format", "amt-adam-moments");
  file.set_attribute("version", kVersion);
  write_moment(file, kFirst, layout, first);
  write_moment(file, kSecond, layout, second);
  file.close();
  fsync_path(path);
}

void read_moments(const std::filesystem::path& path, const ParameterLayout& layout,
                  std::span<float> first, std::span<float> second) {
  const hdf5::File file = hdf5::File::open(path);
  const std::uint64_t version = file.integer_attribute("version");
  if (version > kVersion) {
    throw NewerFormat(
        fmt::format("{} has format version {}, this amt reads version {}: another amt wrote it",
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
