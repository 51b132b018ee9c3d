// A wrapper for HDF5; only this folder includes <hdf5.h>. Every call is checked; an Error names the
// path and the failed operation, followed by HDF5's own message in parentheses. If the operating
// system reported the failure (permissions, a full disk), it is a SystemError. Files are not locked
// unless HDF5_USE_FILE_LOCKING requests it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace amt::hdf5 {

/// Move-only owner of an HDF5 identifier and the function that closes it.
class Handle {
 public:
  using Close = int (*)(std::int64_t);
  Handle() = default;
  Handle(std::int64_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept;
  Handle& operator=(Handle&& other) noexcept;
  ~Handle();
  std::int64_t get() const { return id_; }
  std::int64_t release() noexcept;  ///< gives up the identifier; the caller closes it

 private:
  std::int64_t id_ = -1;
  Close close_ = nullptr;
};

enum class Type { u16, u64, f32 };
using Shape = std::vector<std::uint64_t>;

/// A source of a virtual dataset: all rows of `dataset` in `file` (a path relative to the virtual
/// file).
struct VirtualSource {
  std::string file;
  std::string dataset;
  std::uint64_t rows = 0;
  bool operator==(const VirtualSource&) const = default;
};

class File;

/// A dataset of an open File; has its own handle, so it may outlive the File object.
class Dataset {
 public:
  const Shape& shape() const { return shape_; }
  Type type() const { return type_; }

  /// Transfers rows [first, first + count) of the first dimension; `data` holds exactly those
  /// elements, in the dataset's own type. Throws Error if the size or the range is wrong.
  void write_rows(std::uint64_t first, std::uint64_t count, std::span<const std::byte> data);
  void read_rows(std::uint64_t first, std::uint64_t count, std::span<std::byte> data) const;

  /// Returns the offset of the raw data in the file. Throws Error unless the dataset is contiguous.
  std::uint64_t file_offset() const;

  void set_attribute(const std::string& name, std::string_view value);
  void set_attribute(const std::string& name, std::uint64_t value);

  /// Returns the sources of a virtual dataset, in order. Throws Error if it is not virtual, or does
  /// not consist of all rows of its sources, one source after the other.
  std::vector<VirtualSource> virtual_sources() const;

 private:
  friend class File;
  Dataset(Handle handle, std::string where, Type type, Shape shape);
  Handle handle_;
  std::string where_;  // "FILE:NAME" for messages
  Type type_;
  Shape shape_;
};

class File {
 public:
  /// Creates or truncates a file. Equal contents give equal bytes: no times are recorded, and
  /// objects of at least 64 KiB are aligned to 4096 bytes.
  static File create(const std::filesystem::path& path);
  /// Opens a file read-only. Fails at once, without waiting, if it is not a regular file.
  static File open(const std::filesystem::path& path);

  /// Creates a contiguous dataset, allocated at once and not filled.
  Dataset create_dataset(const std::string& name, Type type, const Shape& shape);
  /// Stacks all sources along the first dimension into one [sum of rows, width] dataset. The rows
  /// of a source that a reader cannot find have all bits set.
  Dataset create_virtual_dataset(const std::string& name, Type type, std::uint64_t width,
                                 std::span<const VirtualSource> sources);
  /// Throws Error if it is missing, is a link (such as one to another file) or has an unsupported
  /// type.
  Dataset open_dataset(const std::string& name) const;

  /// Writes and reads attributes of the root group.
  void set_attribute(const std::string& name, std::string_view value);
  void set_attribute(const std::string& name, std::uint64_t value);
  std::string text_attribute(const std::string& name) const;
  std::uint64_t integer_attribute(const std::string& name) const;

  /// Flushes and closes the file, and reports errors (the destructor does not).
  void close();

 private:
  File(Handle handle, std::filesystem::path path);
  Handle handle_;
  std::filesystem::path path_;
};

/// Returns the version of the HDF5 library: "1.10.8".
std::string library_version();

}  // namespace amt::hdf5
