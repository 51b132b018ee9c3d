#include "archive_members.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "amt/base/strings.hpp"
#include "amt/base/utf8_names.hpp"

namespace amt {
namespace {

constexpr std::size_t kRecord = 512;
// Uncompressed archives use small blocks, so that little is read before the next skip; compressed
// ones use larger blocks, which unpack faster.
constexpr std::size_t kPlainBlock = 8 << 10, kPackedBlock = 64 << 10;

std::string text_of(const char* text) { return text == nullptr ? "" : text; }

/// Removes line breaks from libarchive's messages, some of which end with one.
std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < ' '; }, ' ');
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

Member::Kind kind_of(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) return Member::Kind::kHardLink;
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      return Member::Kind::kFile;
    case AE_IFDIR:
      return Member::Kind::kFolder;
    case AE_IFLNK:
      return Member::Kind::kSymbolicLink;
    default:
      return Member::Kind::kOther;
  }
}

}  // namespace

/// The functions that libarchive calls. An exception must not pass through libarchive, so it is
/// stored until libarchive has returned.
struct ArchiveMembers::Callbacks {
  static ArchiveMembers& of(void* self) { return *static_cast<ArchiveMembers*>(self); }

  static la_ssize_t read(archive*, void* self, const void** bytes) try {
    auto& members = of(self);
    *bytes = members.block_.data();
    return members.stream_->read(members.block_);
  } catch (...) {
    of(self).failure_ = std::current_exception();
    return -1;
  }

  static la_int64_t skip(archive*, void* self, la_int64_t bytes) try {
    auto& members = of(self);
    return members.stream_->skip(bytes);
  } catch (...) {
    of(self).failure_ = std::current_exception();
    return ARCHIVE_FATAL;
  }

  static la_int64_t seek(archive*, void* self, la_int64_t offset, int whence) {
    auto& members = of(self);
    if (whence == SEEK_END) offset += members.source_.stamp.bytes;
    if (whence == SEEK_CUR) offset += members.stream_->bytes_used();
    const bool done = offset >= 0 && members.stream_->seek(offset);
    return done ? offset : ARCHIVE_FATAL;
  }
};

std::string shortened(const std::string& path) {
  constexpr std::size_t kLongest = 255, kHead = 80, kTail = 40;
  if (path.size() <= kLongest) return path;
  return fmt::format("{}... ({} bytes) ...{}", path.substr(0, kHead), format_count(path.size()),
                     path.substr(path.size() - kTail));
}

ArchiveMembers::ArchiveMembers(const Source& source)
    : source_(source),
      stream_(open_stream(source)),
      block_(source.kind == SourceKind::kPackedTar ? kPackedBlock : kPlainBlock),
      reader_(archive_read_new()) {
  if (reader_ == nullptr) throw std::bad_alloc();
  if (is_zip()) {
    archive_read_support_format_zip_seekable(reader_);
    archive_read_set_seek_callback(reader_, Callbacks::seek);
  } else {
    archive_read_support_format_tar(reader_);
  }
  archive_read_set_read_callback(reader_, Callbacks::read);
  archive_read_set_skip_callback(reader_, Callbacks::skip);
  archive_read_set_callback_data(reader_, this);
  archive_read_open1(reader_);  // the first next() reports any error again
}

ArchiveMembers::~ArchiveMembers() { archive_read_free(reader_); }

bool ArchiveMembers::next(Member& member) {
  archive_entry* entry = nullptr;
  std::optional<Utf8Names> utf8;
  if (is_zip()) utf8.emplace();
  const int result = archive_read_next_header(reader_, &entry);
  if (result == ARCHIVE_EOF) {
    check_end();
    return false;
  }
  check(result);
  member.kind = kind_of(entry);
  // If a name is not UTF-8 although the archive is marked as UTF-8, or the locale lacks its
  // characters, libarchive warns and returns the bytes unchanged: the file name that tar would
  // create.
  member.path = last_ = text_of(archive_entry_pathname(entry));
  member.link = text_of(member.kind == Member::Kind::kHardLink ? archive_entry_hardlink(entry)
                                                               : archive_entry_symlink(entry));
  if (member.path.empty()) damaged("a member's name is not valid in its stated encoding");
  const bool file = member.kind == Member::Kind::kFile;
  member.bytes = file ? archive_entry_size(entry) : 0;
  member.offset = archive_filter_bytes(reader_, 0);
  member.sparse = archive_entry_sparse_count(entry) > 0;
  member.encrypted = archive_entry_is_data_encrypted(entry) != 0;
  bytes_of_last_ = member.bytes;
  end_of_last_ = member.offset + (member.sparse ? 0 : member.bytes);
  return true;
}

void ArchiveMembers::read(const Sink& sink) {
  std::uint64_t bytes = 0;
  for (;;) {
    const void* piece = nullptr;
    std::size_t size = 0;
    la_int64_t at = 0;
    const int result = archive_read_data_block(reader_, &piece, &size, &at);
    if (result == ARCHIVE_EOF) break;
    check(result);
    // For wrong checksums and sizes in a zip archive, libarchive only warns.
    if (is_zip() && result == ARCHIVE_WARN)
      damaged(one_line(text_of(archive_error_string(reader_))));
    bytes += size;
    if (bytes > bytes_of_last_) damaged("it has more bytes than its header states");
    sink({static_cast<const std::byte*>(piece), size});
  }
  if (bytes < bytes_of_last_) damaged("it has fewer bytes than its header states");
}

void ArchiveMembers::check(int result) const {
  if (failure_) std::rethrow_exception(failure_);
  if (result == ARCHIVE_OK || result == ARCHIVE_WARN) return;  // a retry would skip data
  if (archive_format(reader_) == 0) not_an_archive();
  damaged(one_line(text_of(archive_error_string(reader_))));
}

void ArchiveMembers::not_an_archive() const {
  if (is_zip()) {
    throw CorpusError(
        fmt::format("the archive {} is cut off or damaged: the list of members that ends a .zip is "
                    "missing; compare its checksum, or download it again",
                    source_.path.string()));
  }
  throw CorpusError(fmt::format(
      "the corpus {} is a file{}; use a folder with MIDI files, or a .tar, .tar.gz or .zip of one",
      source_.path.string(),
      source_.kind == SourceKind::kTar ? ", but not a tar archive"
                                       : " compressed with gzip that contains no tar archive"));
}

void ArchiveMembers::check_end() {
  if (failure_) std::rethrow_exception(failure_);
  if (is_zip()) return;
  // An empty record ends the archive. libarchive also accepts an archive that ends right after a
  // member, but tar's output was then cut off.
  const std::uint64_t padded = (end_of_last_ + kRecord - 1) / kRecord * kRecord;
  if (std::cmp_less_equal(archive_filter_bytes(reader_, 0), padded)) {
    damaged("the archive ends without an end-of-archive record");
  }
  if (source_.kind == SourceKind::kTar) return;  // the rest may be endless
  while (stream_->read(block_) > 0) {
    // Reads the padding and then the checksum of a compressed archive.
  }
}

void ArchiveMembers::damaged(const std::string& reason) const {
  throw CorpusError(
      fmt::format("the archive {} is cut off or damaged at byte {}{} ({}); compare its checksum, "
                  "or download it again",
                  source_.path.string(), stream_->bytes_used(),
                  last_.empty() ? "" : fmt::format(", in or after {}", shortened(last_)), reason));
}

}  // namespace amt
