// What the tokens of a row mean. All that depends on a dataset's encoding is asked of its Encoding,
// so that a new one is one more file and a line in the list of encoding.cpp
// (docs/how-to/add-an-encoding.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "amt/tokens/vocabulary.hpp"

namespace amt {

struct DecodedRow;
struct RowProblem;
class PieceEncoder;

/// Called with each row; the row is the caller's for the time of the call.
using RowSink = std::function<void(const Row&)>;

/// One encoding: facts, words and functions. Encodings are constants: a pointer to one may be kept.
struct Encoding {
  const char* name;  ///< in options and files
  int vocabulary;    ///< every token is below it

  /// What the tokens of an event say, in turn: a row's position i is of field (i - 1) % size. Empty
  /// if a position does not tell what its token says.
  std::span<const char* const> fields = {};
  /// Rows begin with a flag, events may be shown ahead of time, rests fill the gaps between them,
  /// and rows of more than 100 s are left out. Only such pieces can be augmented.
  bool anticipation = false;

  // What a file takes in memory beside its notes.
  std::uint64_t bytes_per_note = 0;     ///< while its piece becomes rows
  std::uint64_t bytes_per_message = 0;  ///< from its first message on

  // Words for messages and reports.
  const char* long_times;            ///< what is cut to 10 s: "durations"
  const char* reference_long_times;  ///< the same as the reference calls it, without the s
  const char* length_note;           ///< which tokens the length of a piece counts
  /// Tokens that arXiv 2306.08620 counts in each split of the full Lakh dataset, in one copy and
  /// without flags; 0: it does not say.
  std::array<std::uint64_t, 3> paper_tokens = {};

  /// The state of one unit's packing; see UnitTokenizer for the arguments.
  std::unique_ptr<PieceEncoder> (*make_encoder)(int augment, RowSink sink);
  /// Fills `out`, whose encoding is set; see decode_row().
  void (*decode)(std::span<const Token> row, DecodedRow& out);
  /// See find_row_problem().
  std::optional<RowProblem> (*find_problem)(std::span<const Token> row);

  /// Tokens before a row's events.
  int flags() const { return anticipation ? 1 : 0; }
};

extern const Encoding kArrival, kInterarrival;

std::span<const Encoding* const> encodings();

/// Null if there is none.
const Encoding* find_encoding(std::string_view name);
const Encoding* find_encoding_of_size(int vocabulary);

/// "arrival or interarrival"
std::string encoding_names();

}  // namespace amt
