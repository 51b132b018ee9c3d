#include "tar_members.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>

#include "amt/base/strings.hpp"

namespace amt {
namespace {

constexpr std::size_t kRecord = 512;
// Few bytes to read before the next skip in a plain archive; unpacking prefers larger pieces.
constexpr std::size_t kPlainBlock = 8 << 10, kPackedBlock = 64 << 10;

std::string text_of(const char* text) { return text == nullptr ? "" : text; }

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

/// What libarchive calls. No exception may pass through it: a failure is kept until it has
/// returned.
struct TarMembers::Callbacks {
  static la_ssize_t read(archive*, void* self, const void** bytes) try {
    auto& members = *static_cast<TarMembers*>(self);
    *bytes = members.block_.data();
    return static_cast<la_ssize_t>(members.stream_->read(members.block_));
  } catch (...) {
    static_cast<TarMembers*>(self)->failure_ = std::current_exception();
    return -1;
  }

  static la_int64_t skip(archive*, void* self, la_int64_t bytes) try {
    auto& members = *static_cast<TarMembers*>(self);
    return static_cast<la_int64_t>(members.stream_->skip(static_cast<std::uint64_t>(bytes)));
  } catch (...) {
    static_cast<TarMembers*>(self)->failure_ = std::current_exception();
    return ARCHIVE_FATAL;
  }
};

TarMembers::TarMembers(const Source& source)
    : source_(source),
      stream_(open_stream(source)),
      block_(source.kind == SourceKind::kTar ? kPlainBlock : kPackedBlock),
      reader_(archive_read_new()) {
  if (reader_ == nullptr) throw std::bad_alloc();
  archive_read_support_format_tar(reader_);
  archive_read_set_read_callback(reader_, Callbacks::read);
  archive_read_set_skip_callback(reader_, Callbacks::skip);
  archive_read_set_callback_data(reader_, this);
  archive_read_open1(reader_);  // what it says is found again by the first next()
}

TarMembers::~TarMembers() { archive_read_free(reader_); }

bool TarMembers::next(Member& member) {
  archive_entry* entry = nullptr;
  const int result = archive_read_next_header(reader_, &entry);
  if (result == ARCHIVE_EOF) {
    check_end();
    return false;
  }
  check(result);
  member.kind = kind_of(entry);
  // Where a name is not UTF-8 although the archive says so, or the locale does not know its
  // letters, libarchive warns and gives the bytes as they are: what tar would call the file.
  member.path = last_ = text_of(archive_entry_pathname(entry));
  member.link = text_of(member.kind == Member::Kind::kHardLink ? archive_entry_hardlink(entry)
                                                               : archive_entry_symlink(entry));
  const bool file = member.kind == Member::Kind::kFile;
  member.bytes = file ? static_cast<std::uint64_t>(archive_entry_size(entry)) : 0;
  member.offset = static_cast<std::uint64_t>(archive_filter_bytes(reader_, 0));
  member.sparse = archive_entry_sparse_count(entry) > 0;
  end_of_last_ = member.offset + (member.sparse ? 0 : member.bytes);
  return true;
}

void TarMembers::read(std::vector<std::byte>& bytes) {
  bytes.clear();
  for (;;) {
    const void* piece = nullptr;
    std::size_t size = 0;
    la_int64_t at = 0;
    const int result = archive_read_data_block(reader_, &piece, &size, &at);
    if (result == ARCHIVE_EOF) return;
    check(result);
    const auto* first = static_cast<const std::byte*>(piece);
    bytes.insert(bytes.end(), first, first + size);
  }
}

void TarMembers::check(int result) const {
  if (failure_) std::rethrow_exception(failure_);
  if (result == ARCHIVE_OK || result == ARCHIVE_WARN) return;  // a retry would leave something out
  if (archive_format(reader_) == 0) {
    throw CorpusError(str_cat("the corpus ", source_.path.string(), " is a file",
                              source_.kind == SourceKind::kTar
                                  ? ", but no tar archive"
                                  : " packed with gzip, but holds no tar archive",
                              "; give a folder with MIDI files, or a .tar or .tar.gz of one"));
  }
  damaged(text_of(archive_error_string(reader_)));
}

void TarMembers::check_end() {
  if (failure_) std::rethrow_exception(failure_);
  // An empty record ends the archive. Where the data end at a member's end instead, tar's output
  // was cut off; libarchive takes that for the end.
  const std::uint64_t padded = (end_of_last_ + kRecord - 1) / kRecord * kRecord;
  if (static_cast<std::uint64_t>(archive_filter_bytes(reader_, 0)) <= padded) {
    damaged("the archive ends without the mark that ends one");
  }
  while (stream_->read(block_) > 0) {
    // The padding, and behind it the checksum of a packed archive.
  }
}

void TarMembers::damaged(const std::string& reason) const {
  throw CorpusError(str_cat("the archive ", source_.path.string(),
                            " is cut off or damaged at byte ", stream_->bytes_used(),
                            last_.empty() ? "" : str_cat(", in or after ", last_), ": ", reason,
                            "; compare its checksum, or download it again"));
}

}  // namespace amt
