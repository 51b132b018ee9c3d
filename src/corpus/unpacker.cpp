#include "unpacker.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "amt/base/hash.hpp"
#include "archive_members.hpp"

namespace amt {
namespace {

constexpr std::size_t kPiece = 64 << 10;

[[noreturn]] void refuse_changed(const Source& source, const CorpusFile& file) {
  throw CorpusError(fmt::format(
      "the archive {} changed while it was read: {} is gone; start again when nothing writes to it",
      source.path.string(), file.path));
}

/// Skips to each file's bytes in the tar stream.
class TarUnpacker : public Unpacker {
 public:
  explicit TarUnpacker(const Source& source) : source_(source), stream_(open_stream(source)) {}

  void read(const CorpusFile& file, std::span<std::byte> to) override {
    at_ += stream_->skip(file.offset - at_);
    at_ += stream_->read(to.first(file.bytes));
    if (at_ != file.offset + file.bytes) refuse_changed(source_, file);
  }

  std::string md5(const CorpusFile& file) override {
    Md5 hash;
    std::vector<std::byte> piece(std::min<std::uint64_t>(kPiece, file.bytes));
    at_ += stream_->skip(file.offset - at_);
    for (std::uint64_t left = file.bytes; left > 0;) {
      const std::size_t wanted = std::min<std::uint64_t>(left, piece.size());
      const std::size_t n = stream_->read(std::span(piece).first(wanted));
      if (n < wanted) refuse_changed(source_, file);
      hash.update(std::span(piece).first(n));
      at_ += n;
      left -= n;
    }
    return hash.hex();
  }

  std::uint64_t bytes_used() const override { return stream_->bytes_used(); }

 private:
  Source source_;
  std::unique_ptr<ArchiveStream> stream_;
  std::uint64_t at_ = 0;
};

/// Visits a zip archive's members one after the other without unpacking those in between.
class ZipUnpacker : public Unpacker {
 public:
  explicit ZipUnpacker(const Source& source) : source_(source), members_(source) {}

  void read(const CorpusFile& file, std::span<std::byte> to) override {
    std::byte* out = to.data();
    find(file);
    members_.read([&](std::span<const std::byte> piece) {  // never more than file.bytes
      out = std::ranges::copy(piece, out).out;
    });
  }

  std::string md5(const CorpusFile& file) override {
    Md5 hash;
    find(file);
    members_.read([&](std::span<const std::byte> piece) { hash.update(piece); });
    return hash.hex();
  }

  std::uint64_t bytes_used() const override { return members_.bytes_used(); }

 private:
  void find(const CorpusFile& file) {
    Member member;
    while (members_.next(member) && member.offset <= file.offset) {
      if (member.offset == file.offset && member.bytes == file.bytes) return;
    }
    refuse_changed(source_, file);
  }

  Source source_;
  ArchiveMembers members_;
};

}  // namespace

std::unique_ptr<Unpacker> open_unpacker(const Source& source) {
  if (source.kind == SourceKind::kZip) return std::make_unique<ZipUnpacker>(source);
  return std::make_unique<TarUnpacker>(source);
}

}  // namespace amt
