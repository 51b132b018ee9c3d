// Reads the files of a corpus, from a folder or an archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "amt/corpus/corpus.hpp"

namespace amt {

/// The files that one rank reads, in the order in which it reads them. They outlive the reader.
using ReadingOrder = std::vector<const CorpusFile*>;

/// Reads files one after the other. Local, as are all implementations.
class FileReader {
 public:
  virtual ~FileReader() = default;

  /// The whole next file of the order, valid until the next call. Error if this one cannot be read;
  /// CorpusError if none can.
  virtual std::span<const std::byte> read(const CorpusFile& file) = 0;

  /// After the last one: CorpusError if the archive changed while it was read.
  virtual void finish() {}
};

/// A folder's files are read by path, a tar archive's by offset. A packed archive is read from
/// front to back (of a zip archive no more is unpacked than is asked for): its reader holds as many
/// of the next files as fit into `memory` bytes (one at least), and reads the archive again for
/// those after them, with progress on stderr. An archive that cannot be opened or is not the one
/// that was listed is a CorpusError, here or at the first read.
std::unique_ptr<FileReader> open_reader(const Source& source, ReadingOrder order,
                                        std::uint64_t memory);

/// How often a packed archive is read through for these files.
std::size_t count_passes(const ReadingOrder& order, std::uint64_t memory);

}  // namespace amt
