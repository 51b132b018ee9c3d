#include "archive_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "amt/base/activity.hpp"
#include "gzip_stream.hpp"

namespace amt {
namespace {

CorpusError failed(const char* what, const std::filesystem::path& path) {
  return CorpusError(
      system_error(fmt::format("cannot {} the archive {}", what, path.string())).what());
}

/// An archive that is not compressed.
class PlainStream : public ArchiveStream {
 public:
  explicit PlainStream(ArchiveFile file) : file_(std::move(file)), size_(file_.stamp().bytes) {}

  std::size_t read(std::span<std::byte> bytes) override {
    const std::size_t n = file_.read_at(at_, bytes);
    at_ += n;
    return n;
  }

  std::uint64_t skip(std::uint64_t bytes) override {
    const std::uint64_t n = std::min(bytes, size_ - std::min(at_, size_));
    at_ += n;
    return n;
  }

  bool seek(std::uint64_t offset) override {
    at_ = offset;
    return true;
  }

  std::uint64_t bytes_used() const override { return at_; }

 private:
  ArchiveFile file_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;
};

}  // namespace

ArchiveFile::ArchiveFile(std::filesystem::path path)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
  if (!file_) throw failed("open", path_);
}

Stamp ArchiveFile::stamp() const {
  struct stat info = {};
  if (::fstat(file_.get(), &info) != 0) throw failed("stat", path_);
  const std::uint64_t bytes = info.st_size;
  return {bytes, std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec};
}

void ArchiveFile::expect(const Stamp& expected) const {
  const Stamp now = stamp();
  if (now == expected) return;
  throw CorpusError(
      fmt::format("the archive {} changed while it was read ({} bytes before, {} now); start again "
                  "when nothing writes to it",
                  path_.string(), expected.bytes, now.bytes));
}

std::size_t ArchiveFile::read_at(std::uint64_t offset, std::span<std::byte> bytes) const {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::pread(file_.get(), bytes.data() + done, bytes.size() - done, offset + done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw failed("read", path_);
    if (n == 0) break;
    done += n;
    note_progress();
  }
  return done;
}

void ArchiveFile::read_file(const Stamp& stamp, const CorpusFile& file, std::uint64_t from,
                            std::span<std::byte> bytes) const {
  if (read_at(file.offset + from, bytes) == bytes.size()) return;
  expect(stamp);
  throw CorpusError(fmt::format("the archive {} ends within {}, at byte {}", path_.string(),
                                file.path, file.offset));
}

std::unique_ptr<ArchiveStream> open_stream(const Source& source) {
  ArchiveFile file(source.path);
  file.expect(source.stamp);
  if (source.kind == SourceKind::kPackedTar) return std::make_unique<GzipStream>(std::move(file));
  return std::make_unique<PlainStream>(std::move(file));
}

}  // namespace amt
