// The members of an archive, from front to back. The only code that uses libarchive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "archive_file.hpp"

struct archive;

namespace amt {

struct Member {
  enum class Kind { kFolder, kFile, kSymbolicLink, kHardLink, kOther };
  Kind kind = Kind::kOther;
  std::string path;          ///< as stored in the archive; any bytes
  std::string link;          ///< target of a link
  std::uint64_t bytes = 0;   ///< a file's size in its header; some bytes may be missing
  std::uint64_t offset = 0;  ///< where a file's (possibly compressed) bytes start
  bool sparse = false;       ///< holes are left out: the bytes are not contiguous
  bool encrypted = false;    ///< the bytes need a password
};

/// Returns a path for messages; the middle of a long one is left out.
std::string shortened(const std::string& path);

/// Reads the members of an archive. Local. Errors are CorpusErrors that name the archive, the byte
/// and the last good member.
class ArchiveMembers {
 public:
  explicit ArchiveMembers(const Source& source);
  ~ArchiveMembers();
  ArchiveMembers(const ArchiveMembers&) = delete;
  ArchiveMembers& operator=(const ArchiveMembers&) = delete;

  /// Returns false after the last member. By then, a tar archive has been read completely and is
  /// intact; of a zip archive, only the list of members has been checked.
  bool next(Member& member);

  /// Passes the bytes of the current member to `sink` in pieces, never more than its stated size.
  /// Checks the checksum of a zip member.
  using Sink = std::function<void(std::span<const std::byte> piece)>;
  void read(const Sink& sink);

  std::uint64_t bytes_used() const { return stream_->bytes_used(); }

 private:
  struct Callbacks;
  void check(int result) const;
  void check_end();
  [[noreturn]] void not_an_archive() const;
  [[noreturn]] void damaged(const std::string& reason) const;
  bool is_zip() const { return source_.kind == SourceKind::kZip; }

  Source source_;
  std::unique_ptr<ArchiveStream> stream_;
  std::vector<std::byte> block_;  // libarchive's input buffer
  std::exception_ptr failure_;    // thrown by stream_ while libarchive called it
  archive* reader_;
  std::string last_;  // path of the previous member
  std::uint64_t bytes_of_last_ = 0, end_of_last_ = 0;
};

}  // namespace amt
