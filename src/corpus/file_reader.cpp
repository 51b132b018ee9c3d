#include "amt/corpus/file_reader.hpp"

#include <utility>

#include "archive_file.hpp"
#include "file_buffer.hpp"
#include "listed_file.hpp"
#include "packed_reader.hpp"

namespace amt {
namespace {

class FolderReader : public FileReader {
 public:
  explicit FolderReader(std::filesystem::path root) : root_(std::move(root)) {}

  std::span<const std::byte> read(const CorpusFile& file) override {
    ListedFile from(root_ / file.path, file.bytes);
    const std::span<std::byte> bytes = buffer_.room(file.bytes);
    from.read(bytes);
    return bytes;
  }

 private:
  std::filesystem::path root_;
  FileBuffer buffer_;
};

class TarReader : public FileReader {
 public:
  explicit TarReader(const Source& source) : archive_(source.path), stamp_(source.stamp) {
    archive_.expect(stamp_);
  }

  std::span<const std::byte> read(const CorpusFile& file) override {
    const std::span<std::byte> bytes = buffer_.room(file.bytes);
    archive_.read_file(stamp_, file, 0, bytes);
    return bytes;
  }

  void finish() override { archive_.expect(stamp_); }

 private:
  ArchiveFile archive_;
  Stamp stamp_;
  FileBuffer buffer_;
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
    case SourceKind::kZip:
      break;
  }
  return std::make_unique<PackedReader>(source, std::move(order), memory);
}

}  // namespace amt
