#include "amt/corpus/file_reader.hpp"

#include <utility>

#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"
#include "archive_file.hpp"
#include "packed_reader.hpp"

namespace amt {
namespace {

class FolderReader : public FileReader {
 public:
  explicit FolderReader(std::filesystem::path root) : root_(std::move(root)) {}

  std::span<const std::byte> read(const CorpusFile& file) override {
    return read_file(root_ / file.path, buffer_);
  }

 private:
  std::filesystem::path root_;
  std::vector<std::byte> buffer_;
};

class TarReader : public FileReader {
 public:
  explicit TarReader(const Source& source) : archive_(source.path), stamp_(source.stamp) {
    archive_.expect(stamp_);
  }

  std::span<const std::byte> read(const CorpusFile& file) override {
    if (buffer_.size() < file.bytes) buffer_.resize(file.bytes);
    const std::span<std::byte> bytes = std::span(buffer_).first(file.bytes);
    if (archive_.read_at(file.offset, bytes) < file.bytes) {
      archive_.expect(stamp_);
      throw CorpusError(str_cat("the archive ", archive_.path().string(), " ends within ",
                                file.path, ", at byte ", file.offset));
    }
    return bytes;
  }

  void finish() override { archive_.expect(stamp_); }

 private:
  ArchiveFile archive_;
  Stamp stamp_;
  std::vector<std::byte> buffer_;
};

}  // namespace

std::unique_ptr<FileReader> open_reader(const Source& source, ReadingOrder order,
                                        std::uint64_t memory) {
  switch (source.kind) {
    case SourceKind::kFolder:
      return std::make_unique<FolderReader>(source.path);
    case SourceKind::kTar:
      return std::make_unique<TarReader>(source);
    case SourceKind::kPackedTar:
      break;
  }
  return std::make_unique<PackedReader>(source, std::move(order), memory);
}

}  // namespace amt
