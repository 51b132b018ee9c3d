// Virtual datasets, which present the rows of many files as one dataset.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "amt/base/error.hpp"
#include "check.hpp"

namespace amt::hdf5 {
namespace {

constexpr ssize_t kMaxName = 4096;  // a damaged length must not allocate gigabytes

void map_source(const Handle& list, const Handle& target, std::uint64_t first, std::uint64_t width,
                const VirtualSource& source, const std::string& where) {
  const hsize_t start[2] = {first, 0}, count[2] = {source.rows, width};
  check(H5Sselect_hyperslab(target.get(), H5S_SELECT_SET, start, nullptr, count, nullptr), "create",
        where);
  const Handle space = simple_space({source.rows, width}, where);
  check(H5Pset_virtual(list.get(), target.get(), source.file.c_str(), source.dataset.c_str(),
                       space.get()),
        "create", where);
}

/// Reads a name with `get(buffer, size)`, which returns its length or a negative number.
template <class Get>
std::string name_by(const Get& get, const std::string& where) {
  const ssize_t length = get(nullptr, 0);
  if (length < 0 || length > kMaxName) {
    throw Error(where + " has a source without a valid name; it was not written by amt");
  }
  std::string name(length, '\0');
  get(name.data(), name.size() + 1);
  return name;
}

/// Returns the first and the last row of a selection. Throws Error unless it is one block of
/// complete rows.
std::array<std::uint64_t, 2> rows_of(const Handle& space, std::uint64_t width,
                                     const std::string& where) {
  hsize_t first[2] = {}, last[2] = {};
  const bool plane = H5Sget_simple_extent_ndims(space.get()) == 2;
  if (plane && H5Sget_select_bounds(space.get(), first, last) >= 0 && first[1] == 0 &&
      last[1] + 1 == width &&
      std::cmp_equal(H5Sget_select_npoints(space.get()), (last[0] - first[0] + 1) * width)) {
    return {first[0], last[0]};
  }
  throw Error(where +
              " does not consist of complete rows of its sources; it was not written by amt");
}

}  // namespace

Dataset File::create_virtual_dataset(const std::string& name, Type type, std::uint64_t width,
                                     std::span<const VirtualSource> sources) {
  const std::string where = fmt::format("{}:{}", path_.string(), name);
  std::uint64_t rows = 0;
  for (const VirtualSource& source : sources) rows += source.rows;
  const Shape shape = {rows, width};
  const Handle list = dataset_properties(where);
  const std::uint64_t all_ones = ~std::uint64_t{0};
  check(H5Pset_fill_value(list.get(), file_type(type), &all_ones), "create", where);
  const Handle space = simple_space(shape, where);
  std::uint64_t first = 0;
  for (const VirtualSource& source : sources) {
    if (source.rows == 0) continue;  // an empty selection cannot be mapped
    map_source(list, space, first, width, source, where);
    first += source.rows;
  }
  check(H5Sselect_all(space.get()), "create", where);
  return Dataset(own(H5Dcreate2(handle_.get(), name.c_str(), file_type(type), space.get(),
                                H5P_DEFAULT, list.get(), H5P_DEFAULT),
                     close_dataset, "create", where),
                 where, type, shape);
}

std::vector<VirtualSource> Dataset::virtual_sources() const {
  if (shape_[0] == 0) return {};  // HDF5 stores it as an ordinary dataset
  const Handle list = own(H5Dget_create_plist(handle_.get()), close_properties, "read", where_);
  if (H5Pget_layout(list.get()) != H5D_VIRTUAL || shape_.size() != 2) {
    throw Error(where_ + " does not consist of rows of other files; it was not written by amt");
  }
  std::size_t count = 0;
  check(H5Pget_virtual_count(list.get(), &count), "read", where_);
  std::vector<VirtualSource> sources;
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Handle shown = own(H5Pget_virtual_vspace(list.get(), i), close_space, "read", where_);
    const Handle source = own(H5Pget_virtual_srcspace(list.get(), i), close_space, "read", where_);
    const auto [first, last] = rows_of(shown, shape_[1], where_);
    // For a complete source, HDF5 stores no extent.
    const bool all = H5Sget_select_type(source.get()) == H5S_SEL_ALL;
    const std::array<std::uint64_t, 2> expected = {0, last - first};
    if (first != next || (!all && rows_of(source, shape_[1], where_) != expected)) {
      throw Error(where_ + " does not consist of all rows of its sources in order");
    }
    next = last + 1;
    sources.push_back(
        {name_by(
             [&](char* to, std::size_t n) { return H5Pget_virtual_filename(list.get(), i, to, n); },
             where_),
         name_by(
             [&](char* to, std::size_t n) { return H5Pget_virtual_dsetname(list.get(), i, to, n); },
             where_),
         last - first + 1});
  }
  return sources;
}

}  // namespace amt::hdf5
