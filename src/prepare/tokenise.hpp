// Tokenises one rank's units: turns their files into rows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "amt/corpus/corpus.hpp"
#include "amt/corpus/file_reader.hpp"
#include "amt/corpus/units.hpp"
#include "amt/midi/parser.hpp"
#include "amt/prepare/options.hpp"
#include "amt/tokens/unit_tokenizer.hpp"
#include "file_memory.hpp"
#include "profile.hpp"

namespace amt {

/// The result for one unit. Trivially copyable, sent between ranks unchanged.
struct UnitResult {
  std::uint32_t unit = 0;
  std::uint32_t rejected = 0;  ///< files
  TokenStats stats;
  CorpusProfile profile;
};

/// Called for each row of a unit; `row` counts from 0.
using UnitRowSink = std::function<void(const Unit& unit, std::uint32_t row, const Row& tokens)>;

/// Called after each file with the number of files and bytes that this rank has processed so far.
using FileDone = std::function<void(std::uint64_t files, std::uint64_t bytes)>;

inline constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

/// Tokenises units, reusing its buffers from file to file. Local.
class UnitReader {
 public:
  /// `files` must deliver the units' files in the order of the read() calls. A file that needs more
  /// than `most` bytes is rejected before it is parsed.
  UnitReader(const Corpus& corpus, FileReader& files, const PrepareOptions& options,
             UnitRowSink sink, FileDone done, std::uint64_t most = kNoLimit,
             MakeRoom make_room = {});

  /// Appends rejected files to `rejections`. Throws Error if a text file cannot be written or an
  /// archive can no longer be read.
  UnitResult read(const Unit& unit, std::vector<Rejection>& rejections);

 private:
  bool add(const CorpusFile& file, UnitTokenizer& tokenizer, std::vector<Rejection>& rejections);
  void add_parsed(const CorpusFile& file, std::span<const std::byte> bytes,
                  UnitTokenizer& tokenizer);
  void add_large(const CorpusFile& file, std::span<const std::byte> bytes,
                 UnitTokenizer& tokenizer);
  void write_compound(const CorpusFile& file, const std::vector<Note>& notes) const;

  const Corpus& corpus_;
  FileReader& files_;
  const PrepareOptions& options_;
  UnitRowSink sink_;
  FileDone done_;
  std::uint64_t most_;
  MakeRoom make_room_;
  MidiParser parser_;
  std::uint64_t files_done_ = 0, bytes_done_ = 0;
};

}  // namespace amt
