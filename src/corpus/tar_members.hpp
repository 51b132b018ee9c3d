// The members of a tar archive, front to back. The only part that knows libarchive.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
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
  std::uint64_t offset = 0;  ///< of a file's bytes in the stream
  bool sparse = false;       ///< holes are left out: the bytes lie not in one piece
};

/// Local. Errors are CorpusErrors that name the archive, the byte and the last good member.
class TarMembers {
 public:
  explicit TarMembers(const Source& source);
  ~TarMembers();
  TarMembers(const TarMembers&) = delete;
  TarMembers& operator=(const TarMembers&) = delete;

  /// False after the last member; then the whole archive was read and is sound.
  bool next(Member& member);

  /// The bytes of the member that next() gave, whose size may be a lie: memory is taken only as
  /// they come.
  void read(std::vector<std::byte>& bytes);

  std::uint64_t bytes_used() const { return stream_->bytes_used(); }

 private:
  struct Callbacks;
  void check(int result) const;
  void check_end();
  [[noreturn]] void damaged(const std::string& reason) const;

  Source source_;
  std::unique_ptr<TarStream> stream_;
  std::vector<std::byte> block_;  // what libarchive works on
  std::exception_ptr failure_;    // of stream_, within libarchive
  archive* reader_;
  std::string last_;  // path of the member before
  std::uint64_t end_of_last_ = 0;
};

}  // namespace amt
