// Reads the files of a corpus, from a folder or an archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "amt/corpus/corpus.hpp"

namespace amt {

/// The files that a rank reads, in order. They must outlive the reader.
using ReadingOrder = std::vector<const CorpusFile*>;

/// Reads files one after the other. All implementations are local.
class FileReader {
 public:
  virtual ~FileReader() = default;

  /// Returns the contents of the next file in the order, valid until the next call. Throws Error if
  /// this file cannot be read; CorpusError if no file can.
  virtual std::span<const std::byte> read(const CorpusFile& file) = 0;

  /// Must be called after the last file. Throws CorpusError if the archive changed while it was
  /// read.
  virtual void finish() {}
};

/// Opens a reader for a source. Files in a folder are read by path, those in a tar archive by
/// offset. A compressed archive is read from front to back (a zip archive is unpacked no further
/// than necessary): its reader holds as many of the next files as fit into `memory` bytes (at least
/// one) and reads the archive again for the following ones, with progress on stderr. Throws
/// CorpusError, here or at the first read, if an archive cannot be opened or has changed since it
/// was listed.
std::unique_ptr<FileReader> open_reader(const Source& source, ReadingOrder order,
                                        std::uint64_t memory);

/// Returns how many times a compressed archive is read to deliver these files.
std::size_t count_passes(const ReadingOrder& order, std::uint64_t memory);

}  // namespace amt
