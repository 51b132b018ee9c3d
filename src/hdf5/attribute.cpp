#include <fmt/core.h>

#include <utility>

#include "amt/base/error.hpp"
#include "check.hpp"

namespace amt::hdf5 {
namespace {

constexpr std::size_t kMaxText = 1 << 20;  // a damaged length must not allocate gigabytes

Handle text_type(std::size_t size, const std::string& where) {
  Handle type = own(H5Tcopy(H5T_C_S1), close_type, "create", where);
  check(H5Tset_size(type.get(), size), "create", where);
  check(H5Tset_strpad(type.get(), H5T_STR_NULLPAD), "create", where);
  check(H5Tset_cset(type.get(), H5T_CSET_UTF8), "create", where);
  return type;
}

void write_scalar(std::int64_t object, const std::string& name, hid_t on_disk, hid_t in_memory,
                  const void* value, const std::string& where) {
  const Handle space = own(H5Screate(H5S_SCALAR), close_space, "create", where);
  const Handle attribute =
      own(H5Acreate2(object, name.c_str(), on_disk, space.get(), H5P_DEFAULT, H5P_DEFAULT),
          close_attribute, "create", where);
  check(H5Awrite(attribute.get(), in_memory, value), "write", where);
}

Handle open_attribute(std::int64_t file, const std::string& name, const std::string& where) {
  return own(H5Aopen(file, name.c_str(), H5P_DEFAULT), close_attribute, "open", where);
}

/// Checks that the attribute is a single value: reading an array would overflow the variable.
void require_single(const Handle& attribute, const std::string& where) {
  const Handle space = own(H5Aget_space(attribute.get()), close_space, "read", where);
  if (H5Sget_simple_extent_npoints(space.get()) != 1) {
    throw Error(where + " is not a single value; the file was not written by amt");
  }
}

}  // namespace

void write_attribute(std::int64_t object, const std::string& name, std::string_view value,
                     const std::string& where) {
  const std::string padded = value.empty() ? std::string(1, '\0') : std::string(value);
  const Handle type = text_type(padded.size(), where);
  write_scalar(object, name, type.get(), type.get(), padded.data(), where);
}

void write_attribute(std::int64_t object, const std::string& name, std::uint64_t value,
                     const std::string& where) {
  write_scalar(object, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value, where);
}

void File::set_attribute(const std::string& name, std::string_view value) {
  write_attribute(handle_.get(), name, value, fmt::format("{}@{}", path_.string(), name));
}

void File::set_attribute(const std::string& name, std::uint64_t value) {
  write_attribute(handle_.get(), name, value, fmt::format("{}@{}", path_.string(), name));
}

std::string File::text_attribute(const std::string& name) const {
  const std::string where = fmt::format("{}@{}", path_.string(), name);
  const Handle attribute = open_attribute(handle_.get(), name, where);
  const Handle on_disk = own(H5Aget_type(attribute.get()), close_type, "read", where);
  const std::size_t size = H5Tget_size(on_disk.get());
  if (H5Tget_class(on_disk.get()) != H5T_STRING || size > kMaxText ||
      H5Tis_variable_str(on_disk.get()) != 0) {
    throw Error(where + " is not a string of fixed length; the file was not written by amt");
  }
  require_single(attribute, where);
  std::string value(size, '\0');
  check(H5Aread(attribute.get(), on_disk.get(), value.data()), "read", where);
  value.resize(value.find_last_not_of('\0') + 1);
  return value;
}

std::uint64_t File::integer_attribute(const std::string& name) const {
  const std::string where = fmt::format("{}@{}", path_.string(), name);
  const Handle attribute = open_attribute(handle_.get(), name, where);
  require_single(attribute, where);
  std::uint64_t value = 0;
  check(H5Aread(attribute.get(), H5T_NATIVE_UINT64, &value), "read", where);
  return value;
}

}  // namespace amt::hdf5
