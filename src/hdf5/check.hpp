// Checks HDF5 calls, and declares what the files of this folder share.
#pragma once

#include <hdf5.h>

#include <string>
#include <string_view>

#include "amt/hdf5/hdf5.hpp"

// Since 1.10.7 and 1.12.1, a file access property controls locking.
#define AMT_HDF5_HAS_FILE_LOCKING \
  (H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 11, 0)))

namespace amt::hdf5 {

/// Throws Error "cannot OPERATION WHERE" if `result` is negative, which is how HDF5 reports
/// failures. The reason is taken from HDF5's error stack, in our own words if possible. Throws
/// SystemError if the stack contains an errno.
void check(herr_t result, const char* operation, const std::string& where);

/// As above, for calls that return an identifier. Returns its owner.
Handle own(hid_t id, Handle::Close close, const char* operation, const std::string& where);

/// Must be called before anything else. Stops HDF5 from printing its error stack, which becomes
/// part of our exceptions, and from cleaning up at exit, because its exit handler crashes if a file
/// could not be written. All our files are closed and checked before that.
void set_up();

/// Creates a property list.
Handle properties(hid_t kind, const std::string& where);
/// Creates the properties for a dataset without modification times.
Handle dataset_properties(const std::string& where);
Handle simple_space(const Shape& shape, const std::string& where);

/// Writes an attribute of a group or a dataset. `where` is "FILE@NAME", for messages.
void write_attribute(std::int64_t object, const std::string& name, std::string_view value,
                     const std::string& where);
void write_attribute(std::int64_t object, const std::string& name, std::uint64_t value,
                     const std::string& where);

hid_t file_type(Type type);    ///< little-endian on disk
hid_t memory_type(Type type);  ///< native byte order
std::size_t size_of(Type type);

// hid_t and herr_t are int64 and int; these functions keep HDF5's types out of the public header.
int close_file(std::int64_t id);
int close_dataset(std::int64_t id);
int close_space(std::int64_t id);
int close_type(std::int64_t id);
int close_properties(std::int64_t id);
int close_attribute(std::int64_t id);

}  // namespace amt::hdf5
