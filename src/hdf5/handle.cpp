#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "check.hpp"

namespace amt::hdf5 {
namespace {

herr_t keep_innermost(unsigned depth, const H5E_error2_t* entry, void* text) {
  if (depth == 0 && entry->desc != nullptr) *static_cast<std::string*>(text) = entry->desc;
  return 0;
}

[[noreturn]] void fail(const char* operation, const std::string& where) {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &reason);
  throw Error(str_cat(operation, " ", where, " failed", reason.empty() ? "" : ": ", reason));
}

}  // namespace

void quiet() {
  static const herr_t done = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  static_cast<void>(done);
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
