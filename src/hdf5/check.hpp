// Checks HDF5 calls, and the pieces shared by the folder's files.
#pragma once

#include <hdf5.h>

#include <string>
#include <string_view>

#include "amt/hdf5/hdf5.hpp"

// Since 1.10.7 and 1.12.1 a file's access properties say whether it is locked.
#define AMT_HDF5_HAS_FILE_LOCKING \
  (H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 11, 0)))

namespace amt::hdf5 {

/// If `result` is negative, as HDF5's failures are: Error "cannot OPERATION WHERE", with the reason
/// in our words as far as HDF5's error stack tells it; a SystemError if that names an errno.
void check(herr_t result, const char* operation, const std::string& where);

/// The same for calls that return an identifier: the owner of it.
Handle own(hid_t id, Handle::Close close, const char* operation, const std::string& where);

/// Before any other call: HDF5 does not print its error stack, which goes into our exceptions, and
/// does nothing at exit. Its handler crashes over a file that could not be written; all of ours are
/// closed, and checked, before.
void set_up();

/// A property list, to be closed.
Handle properties(hid_t kind, const std::string& where);
/// Creation of a dataset without modification times.
Handle dataset_properties(const std::string& where);
Handle simple_space(const Shape& shape, const std::string& where);

/// Attributes of a group or a dataset. `where`: "FILE@NAME", for messages.
void write_attribute(std::int64_t object, const std::string& name, std::string_view value,
                     const std::string& where);
void write_attribute(std::int64_t object, const std::string& name, std::uint64_t value,
                     const std::string& where);

hid_t file_type(Type type);    ///< little-endian on disk
hid_t memory_type(Type type);  ///< the machine's own
std::size_t size_of(Type type);

// hid_t and herr_t are int64 and int; these close without HDF5's types in the header.
int close_file(std::int64_t id);
int close_dataset(std::int64_t id);
int close_space(std::int64_t id);
int close_type(std::int64_t id);
int close_properties(std::int64_t id);
int close_attribute(std::int64_t id);

}  // namespace amt::hdf5
