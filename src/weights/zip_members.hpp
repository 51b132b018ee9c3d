// The members of an uncompressed zip archive, read from front to back by libarchive.
#pragma once

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "amt/base/regular_file.hpp"

struct archive;

namespace amt {

/// The file must outlive this object. Every call throws Malformed if the archive is incomplete.
/// Holds only the list of members in memory, which may have up to 16 MiB on disk.
class ZipMembers {
 public:
  explicit ZipMembers(const RegularFile& file);
  ~ZipMembers();
  ZipMembers(const ZipMembers&) = delete;
  ZipMembers& operator=(const ZipMembers&) = delete;

  /// Moves to the next member that is a file. Returns false at the end.
  bool next();
  const std::string& name() const { return name_; }
  std::uint64_t bytes() const { return bytes_; }

  /// Fills `out` with the next bytes of the member.
  void read(std::span<std::byte> out);
  /// Verifies the member's checksum. Must be called after reading all of its bytes.
  void finish();

 private:
  struct Callbacks;
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void fail_member() const;

  const RegularFile& file_;
  archive* reader_;
  std::uint64_t at_ = 0;         ///< where libarchive reads next in the file
  std::uint64_t list_read_ = 0;  ///< bytes read before the first member
  bool listed_ = false;
  std::vector<std::byte> block_;
  std::exception_ptr failure_;  ///< thrown in a callback, where exceptions must not escape
  std::string name_;
  std::uint64_t bytes_ = 0;
};

}  // namespace amt
