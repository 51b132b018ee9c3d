#include <fmt/core.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "check.hpp"

namespace amt::hdf5 {
namespace {

/// A failure as described by HDF5's error stack.
struct Failure {
  std::string reason;     // its innermost message
  const char* kind = "";  // in our own words, for causes that have their own error code
  int error_number = 0;   // errno, if a system call failed
};

const char* words_of(hid_t cause) {
  if (cause == H5E_NOTHDF5) return ": it is not an HDF5 file";
  if (cause == H5E_TRUNCATED) return ": it is cut short";
  return "";
}

/// Returns the errno in a message, or 0. After a failed system call, HDF5's message contains "errno
/// = 13, error message = ...".
int errno_in(const std::string& message) {
  constexpr std::string_view kMark = "errno = ";
  const std::size_t at = message.find(kMark);
  return at == std::string::npos ? 0 : std::atoi(message.c_str() + at + kMark.size());
}

herr_t look(unsigned depth, const H5E_error2_t* entry, void* data) {
  auto& failure = *static_cast<Failure*>(data);
  const std::string message = entry->desc != nullptr ? entry->desc : "";
  if (depth == 0) failure.reason = message;
  if (failure.error_number == 0) failure.error_number = errno_in(message);
  if (*failure.kind == '\0') failure.kind = words_of(entry->min_num);
  return 0;
}

[[noreturn]] void fail(const char* operation, const std::string& where) {
  Failure failure;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, look, &failure);
  const std::string what = fmt::format("cannot {} {}", operation, where);
  if (failure.error_number != 0) {
    errno = failure.error_number;
    throw system_error(what);
  }
  constexpr std::size_t kMaxReason = 200;
  throw Error(
      fmt::format("{}{} (HDF5: {})", what, failure.kind, printable(failure.reason, kMaxReason)));
}

}  // namespace

void set_up() {
  [[maybe_unused]] static const bool done = [] {
#if !AMT_HDF5_HAS_FILE_LOCKING
    ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", /*overwrite=*/0);
#endif
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    return true;
  }();
}

Handle properties(hid_t kind, const std::string& where) {
  return own(H5Pcreate(kind), close_properties, "use", where);
}

Handle dataset_properties(const std::string& where) {
  Handle list = properties(H5P_DATASET_CREATE, where);
  check(H5Pset_obj_track_times(list.get(), false), "create", where);
  return list;
}

Handle simple_space(const Shape& shape, const std::string& where) {
  const std::vector<hsize_t> dims(shape.begin(), shape.end());
  return own(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), close_space,
             "use", where);
}

void check(herr_t result, const char* operation, const std::string& where) {
  if (result < 0) fail(operation, where);
}

Handle own(hid_t id, Handle::Close close, const char* operation, const std::string& where) {
  if (id < 0) fail(operation, where);
  return Handle(id, close);
}

Handle::Handle(Handle&& other) noexcept
    : id_(std::exchange(other.id_, -1)), close_(std::exchange(other.close_, nullptr)) {}

Handle& Handle::operator=(Handle&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(close_, other.close_);
  return *this;
}

std::int64_t Handle::release() noexcept {
  close_ = nullptr;
  return std::exchange(id_, -1);
}

Handle::~Handle() {
  if (close_ != nullptr && id_ >= 0) close_(id_);
}

hid_t file_type(Type type) {
  switch (type) {
    case Type::u16:
      return H5T_STD_U16LE;
    case Type::u64:
      return H5T_STD_U64LE;
    case Type::f32:
      return H5T_IEEE_F32LE;
  }
  return -1;
}

hid_t memory_type(Type type) {
  switch (type) {
    case Type::u16:
      return H5T_NATIVE_UINT16;
    case Type::u64:
      return H5T_NATIVE_UINT64;
    case Type::f32:
      return H5T_NATIVE_FLOAT;
  }
  return -1;
}

std::size_t size_of(Type type) {
  switch (type) {
    case Type::u16:
      return 2;
    case Type::u64:
      return 8;
    case Type::f32:
      return 4;
  }
  return 0;
}

int close_file(std::int64_t id) { return H5Fclose(id); }
int close_dataset(std::int64_t id) { return H5Dclose(id); }
int close_space(std::int64_t id) { return H5Sclose(id); }
int close_type(std::int64_t id) { return H5Tclose(id); }
int close_properties(std::int64_t id) { return H5Pclose(id); }
int close_attribute(std::int64_t id) { return H5Aclose(id); }

}  // namespace amt::hdf5
