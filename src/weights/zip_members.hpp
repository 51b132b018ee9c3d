// The members of a zip archive that is not compressed, read front to back by libarchive.
#pragma once

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "amt/base/regular_file.hpp"

struct archive;

namespace amt {

/// The file must outlive it. Every call ends with Malformed where the archive is not whole; nothing
/// is held in memory but its list of members, which may have 16 MiB on disk.
class ZipMembers {
 public:
  explicit ZipMembers(const RegularFile& file);
  ~ZipMembers();
  ZipMembers(const ZipMembers&) = delete;
  ZipMembers& operator=(const ZipMembers&) = delete;

  /// Goes to the next member that is a file; false at the end.
  bool next();
  const std::string& name() const { return name_; }
  std::uint64_t bytes() const { return bytes_; }

  /// The next bytes of the member, all of `out`.
  void read(std::span<std::byte> out);
  /// After all of its bytes were read: verifies its checksum.
  void finish();

 private:
  struct Callbacks;
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void fail_member() const;

  const RegularFile& file_;
  archive* reader_;
  std::uint64_t at_ = 0;         ///< of the file, where libarchive reads next
  std::uint64_t list_read_ = 0;  ///< bytes read before the first member
  bool listed_ = false;
  std::vector<std::byte> block_;
  std::exception_ptr failure_;  ///< of a callback, through which no exception may pass
  std::string name_;
  std::uint64_t bytes_ = 0;
};

}  // namespace amt
