#include <fmt/core.h>

#include <functional>
#include <numeric>
#include <utility>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"
#include "check.hpp"

namespace amt::hdf5 {
namespace {

/// The dataspaces for transferring some rows, in the file and in memory.
struct RowSelection {
  Handle file;
  Handle memory;
};

std::size_t row_bytes(const Shape& shape, Type type) {
  return std::accumulate(shape.begin() + 1, shape.end(), size_of(type), std::multiplies<>());
}

RowSelection select_rows(std::int64_t dataset, const Shape& shape, std::uint64_t first,
                         std::uint64_t count, const std::string& where) {
  Shape taken = shape;
  taken[0] = count;
  std::vector<hsize_t> start(shape.size(), 0), extent(taken.begin(), taken.end());
  start[0] = first;
  RowSelection selection = {own(H5Dget_space(dataset), close_space, "use", where),
                            simple_space(taken, where)};
  check(H5Sselect_hyperslab(selection.file.get(), H5S_SELECT_SET, start.data(), nullptr,
                            extent.data(), nullptr),
        "use", where);
  return selection;
}

void check_range(const Shape& shape, Type type, std::uint64_t first, std::uint64_t count,
                 std::size_t bytes, const std::string& where) {
  if (shape.empty() || first > shape[0] || count > shape[0] - first) {
    throw Error(fmt::format("{}: rows {} to {} are outside its {} rows", where, first,
                            first + count, shape.empty() ? 0 : shape[0]));
  }
  if (bytes != count * row_bytes(shape, type)) {
    throw Error(fmt::format("{}: a buffer of {} bytes does not fit {} rows", where, bytes, count));
  }
}

}  // namespace

Dataset::Dataset(Handle handle, std::string where, Type type, Shape shape)
    : handle_(std::move(handle)), where_(std::move(where)), type_(type), shape_(std::move(shape)) {}

void Dataset::write_rows(std::uint64_t first, std::uint64_t count,
                         std::span<const std::byte> data) {
  check_range(shape_, type_, first, count, data.size(), where_);
  if (count == 0) return;
  const RowSelection rows = select_rows(handle_.get(), shape_, first, count, where_);
  check(H5Dwrite(handle_.get(), memory_type(type_), rows.memory.get(), rows.file.get(), H5P_DEFAULT,
                 data.data()),
        "write", where_);
  note_progress();
}

void Dataset::read_rows(std::uint64_t first, std::uint64_t count, std::span<std::byte> data) const {
  check_range(shape_, type_, first, count, data.size(), where_);
  if (count == 0) return;
  const RowSelection rows = select_rows(handle_.get(), shape_, first, count, where_);
  check(H5Dread(handle_.get(), memory_type(type_), rows.memory.get(), rows.file.get(), H5P_DEFAULT,
                data.data()),
        "read", where_);
  note_progress();
}

void Dataset::set_attribute(const std::string& name, std::string_view value) {
  write_attribute(handle_.get(), name, value, fmt::format("{}@{}", where_, name));
}

void Dataset::set_attribute(const std::string& name, std::uint64_t value) {
  write_attribute(handle_.get(), name, value, fmt::format("{}@{}", where_, name));
}

std::uint64_t Dataset::file_offset() const {
  const haddr_t offset = H5Dget_offset(handle_.get());
  if (offset == HADDR_UNDEF) throw Error(where_ + " is not contiguous; it was not written by amt");
  return offset;
}

}  // namespace amt::hdf5
