// Checks HDF5 calls, and the pieces shared by the folder's files.
#pragma once

#include <hdf5.h>

#include <string>

#include "amt/hdf5/hdf5.hpp"

namespace amt::hdf5 {

/// Error "OPERATION WHERE: HDF5's innermost message" if `result` is negative, as HDF5's failures
/// are.
void check(herr_t result, const char* operation, const std::string& where);

/// The same for calls that return an identifier: the owner of it.
Handle own(hid_t id, Handle::Close close, const char* operation, const std::string& where);

/// Keeps HDF5 from printing its error stack: it goes into our exceptions. Before any other call.
void quiet();

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
