// The members of an archive, front to back. The only part that knows libarchive.
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
  std::string path;          ///< as the archive has it; any bytes
  std::string link;          ///< of a link: where it leads
  std::uint64_t bytes = 0;   ///< of a file, as the archive claims: they need not be there
  std::uint64_t offset = 0;  ///< of a file's bytes, packed or not, in the stream
  bool sparse = false;       ///< holes are left out: the bytes lie not in one piece
  bool encrypted = false;    ///< the bytes need a password
};

/// A path for messages: its beginning and its end if it is long.
std::string shortened(const std::string& path);

/// Local. Errors are CorpusErrors that name the archive, the byte and the last good member.
class ArchiveMembers {
 public:
  explicit ArchiveMembers(const Source& source);
  ~ArchiveMembers();
  ArchiveMembers(const ArchiveMembers&) = delete;
  ArchiveMembers& operator=(const ArchiveMembers&) = delete;

  /// False after the last member; then the whole of a tar archive was read and is sound. A zip
  /// archive's list of members is, while their bytes are looked at by read() alone.
  bool next(Member& member);

  /// The bytes of the member that next() gave, in pieces. Its size may be a lie: never more come.
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
  std::vector<std::byte> block_;  // what libarchive works on
  std::exception_ptr failure_;    // of stream_, within libarchive
  archive* reader_;
  std::string last_;  // path of the member before
  std::uint64_t bytes_of_last_ = 0, end_of_last_ = 0;
};

}  // namespace amt
