// Reads the files of a compressed archive from front to back.
#pragma once

#include <memory>

#include "amt/corpus/file_reader.hpp"

namespace amt {

/// Holds a batch of files: as many of the next ones in reading order as fit into memory. After the
/// last of them, it unpacks the archive again, up to the end of the next batch.
class PackedReader : public FileReader {
 public:
  PackedReader(const Source& source, ReadingOrder order, std::uint64_t memory);
  std::span<const std::byte> read(const CorpusFile& file) override;

 private:
  void load_batch();
  void unpack(const std::vector<std::size_t>& by_offset);

  Source source_;
  ReadingOrder order_;
  std::uint64_t memory_;
  std::size_t passes_, pass_ = 0;
  std::size_t next_ = 0;               // index in order_
  std::size_t first_ = 0, last_ = 0;   // the batch: order_[first_, last_)
  std::vector<std::uint64_t> places_;  // where the batch's files are in held_
  std::unique_ptr<std::byte[]> held_;
};

}  // namespace amt
