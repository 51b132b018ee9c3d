#include "zip_members.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <algorithm>

#include "amt/base/strings.hpp"
#include "amt/base/utf8_names.hpp"
#include "malformed.hpp"

namespace amt {
namespace {

constexpr std::size_t kBlockBytes = 256 << 10;
// The archive's list of members has about 100 bytes per tensor.
constexpr std::uint64_t kMaxListBytes = 16u << 20;

}  // namespace

/// Callbacks for libarchive.
struct ZipMembers::Callbacks {
  static ZipMembers& of(void* self) { return *static_cast<ZipMembers*>(self); }

  static la_ssize_t read(archive*, void* self, const void** bytes) try {
    auto& zip = of(self);
    const std::uint64_t left = zip.file_.size() - zip.at_;
    const std::span block = std::span(zip.block_).first(std::min(kBlockBytes, left));
    zip.file_.read_at(zip.at_, block);
    zip.at_ += block.size();
    if (!zip.listed_ && (zip.list_read_ += block.size()) > kMaxListBytes) {
      throw Malformed("the list of its zip archive is larger than that of any model");
    }
    *bytes = block.data();
    return block.size();
  } catch (...) {
    of(self).failure_ = std::current_exception();
    return ARCHIVE_FATAL;
  }

  static la_int64_t skip(archive*, void* self, la_int64_t bytes) {
    auto& zip = of(self);
    const std::uint64_t left = zip.file_.size() - zip.at_;
    const std::uint64_t skipped = std::min<std::uint64_t>(std::max<la_int64_t>(0, bytes), left);
    zip.at_ += skipped;
    return skipped;
  }

  static la_int64_t seek(archive*, void* self, la_int64_t offset, int whence) {
    auto& zip = of(self);
    const la_int64_t size = zip.file_.size();
    const la_int64_t at = zip.at_;
    const la_int64_t from = whence == SEEK_END ? size : whence == SEEK_CUR ? at : 0;
    if (offset < -from || offset > size - from) return ARCHIVE_FATAL;
    zip.at_ = from + offset;
    return from + offset;
  }
};

ZipMembers::ZipMembers(const RegularFile& file)
    : file_(file), reader_(archive_read_new()), block_(kBlockBytes) {
  if (reader_ == nullptr) throw std::bad_alloc();
  try {
    archive_read_support_format_zip_seekable(reader_);
    archive_read_set_read_callback(reader_, Callbacks::read);
    archive_read_set_skip_callback(reader_, Callbacks::skip);
    archive_read_set_seek_callback(reader_, Callbacks::seek);
    archive_read_set_callback_data(reader_, this);
    if (archive_read_open1(reader_) != ARCHIVE_OK)
      fail("it is cut off, or not a complete zip archive");
  } catch (...) {
    archive_read_free(reader_);
    throw;
  }
}

ZipMembers::~ZipMembers() { archive_read_free(reader_); }

bool ZipMembers::next() {
  const Utf8Names names;
  for (;;) {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(reader_, &entry);
    listed_ = true;
    if (failure_) std::rethrow_exception(failure_);
    if (result == ARCHIVE_EOF) return false;
    // A warning means that the list of members contradicts the member.
    if (result != ARCHIVE_OK) fail("its zip archive is damaged");
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    if (archive_entry_is_encrypted(entry) != 0) fail("its zip archive is encrypted");
    const char* name = archive_entry_pathname(entry);
    const la_int64_t bytes = archive_entry_size(entry);
    if (name == nullptr || archive_entry_size_is_set(entry) == 0 || bytes < 0) {
      fail("its zip archive has a member without name or size");
    }
    name_ = name;
    bytes_ = bytes;
    return true;
  }
}

void ZipMembers::read(std::span<std::byte> out) {
  while (!out.empty()) {
    const la_ssize_t n = archive_read_data(reader_, out.data(), out.size());
    if (n <= 0) fail_member();
    out = out.subspan(n);
  }
}

void ZipMembers::finish() {
  std::byte more{};
  if (archive_read_data(reader_, &more, 1) == 0) return;
  fail_member();
}

void ZipMembers::fail_member() const {
  fail(fmt::format("member {} is damaged: it does not have the recorded size and checksum",
                   printable(name_, kShown)));
}

void ZipMembers::fail(const std::string& what) const {
  if (failure_) std::rethrow_exception(failure_);
  const char* reason = archive_error_string(reader_);
  throw Malformed(reason == nullptr
                      ? what
                      : fmt::format("{} (libarchive: {})", what, printable(reason, kShown)));
}

}  // namespace amt
