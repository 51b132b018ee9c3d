#include "hash_files.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "amt/base/hash.hpp"
#include "amt/base/strings.hpp"
#include "amt/process/progress.hpp"
#include "archive_file.hpp"
#include "listed_file.hpp"
#include "unpacker.hpp"

namespace amt {
namespace {

constexpr std::size_t kPiece = 256 << 10;

/// Fills `piece` with the bytes of the file from `from` on.
using ReadPiece = std::function<void(std::uint64_t from, std::span<std::byte> piece)>;

std::string hash_pieces(std::uint64_t bytes, const ReadPiece& read) {
  Md5 hash;
  std::vector<std::byte> buffer(std::min<std::uint64_t>(bytes, kPiece));
  for (std::uint64_t from = 0; from < bytes; from += buffer.size()) {
    const auto piece = std::span(buffer).first(std::min<std::uint64_t>(bytes - from, kPiece));
    read(from, piece);
    hash.update(piece);
  }
  return hash.hex();
}

std::string hash_on_disk(const std::filesystem::path& path, std::uint64_t bytes) try {
  ListedFile file(path, bytes);
  return hash_pieces(bytes, [&](std::uint64_t, std::span<std::byte> piece) { file.read(piece); });
} catch (const Error& error) {
  return kUnreadable + std::string(error.what());
}

std::vector<std::string> hash_folder(const Source& source, const ReadingOrder& order) {
  std::vector<std::string> hashes;
  for (const CorpusFile* file : order) {
    hashes.push_back(hash_on_disk(source.path / file->path, file->bytes));
  }
  return hashes;
}

std::vector<std::string> hash_tar(const Source& source, const ReadingOrder& order) {
  std::vector<std::string> hashes;
  const ArchiveFile archive(source.path);
  archive.expect(source.stamp);
  for (const CorpusFile* file : order) {
    hashes.push_back(hash_pieces(file->bytes, [&](std::uint64_t from, std::span<std::byte> piece) {
      archive.read_file(source.stamp, *file, from, piece);
    }));
  }
  archive.expect(source.stamp);
  return hashes;
}

std::vector<std::string> hash_packed(const Source& source, const ReadingOrder& order) {
  std::vector<std::size_t> by_offset(order.size());
  std::iota(by_offset.begin(), by_offset.end(), std::size_t{0});
  std::ranges::stable_sort(by_offset, {}, [&](std::size_t i) { return order[i]->offset; });
  std::vector<std::string> hashes(order.size());
  const std::unique_ptr<Unpacker> archive = open_unpacker(source);
  Progress progress("hash the archive's files", source.stamp.bytes);
  for (std::size_t n = 0; n < by_offset.size(); ++n) {
    const std::size_t i = by_offset[n];
    const bool again = n > 0 && order[i]->offset == order[by_offset[n - 1]]->offset;
    hashes[i] = again && order[i]->bytes > 0 ? hashes[by_offset[n - 1]] : archive->md5(*order[i]);
    progress.update(archive->bytes_used(), format_count(n) + " files");
  }
  ArchiveFile(source.path).expect(source.stamp);
  return hashes;
}

}  // namespace

std::vector<std::string> hash_files(const Source& source, const ReadingOrder& order) {
  switch (source.kind) {
    case SourceKind::kFolder:
      return hash_folder(source, order);
    case SourceKind::kTar:
      return hash_tar(source, order);
    case SourceKind::kPackedTar:
    case SourceKind::kZip:
      break;
  }
  return hash_packed(source, order);
}

}  // namespace amt
