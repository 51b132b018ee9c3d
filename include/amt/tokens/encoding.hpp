// The meaning of the tokens of a row. Everything that depends on a dataset's encoding is part of
// its Encoding, so that adding one takes a new file and a line in the list of encoding.cpp
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

/// Called with each row; the row is valid only during the call.
using RowSink = std::function<void(const Row&)>;

/// One encoding: properties, texts and functions. Encodings are constants, so that pointers to them
/// stay valid.
struct Encoding {
  const char* name;  ///< its name in options and files
  int vocabulary;    ///< number of tokens; every token is below it

  /// The meaning of the tokens of an event, in order: position i of a row belongs to field (i - 1)
  /// % size. Empty if the position does not determine the meaning.
  std::span<const char* const> fields = {};
  /// Rows begin with a flag, events may be placed ahead of time, rests fill the gaps between them,
  /// and rows longer than 100 s are discarded. Augmentation requires this.
  bool anticipation = false;

  // Memory that a file needs in addition to its notes.
  std::uint64_t bytes_per_note = 0;     ///< while its piece is encoded
  std::uint64_t bytes_per_message = 0;  ///< starting with its first message

  // Texts for messages and reports.
  const char* long_times;            ///< which times are cut to 10 s: "durations"
  const char* reference_long_times;  ///< the reference's word for them, in the singular
  const char* length_note;           ///< which tokens count towards a piece's length
  /// Tokens in each split of the full Lakh dataset according to arXiv 2306.08620, for one copy and
  /// without flags; 0 if the paper does not give them.
  std::array<std::uint64_t, 3> paper_tokens = {};

  /// Creates the encoder for one unit; see UnitTokenizer for the arguments.
  std::unique_ptr<PieceEncoder> (*make_encoder)(int augment, RowSink sink);
  /// Fills `out`, whose encoding is already set; see decode_row().
  void (*decode)(std::span<const Token> row, DecodedRow& out);
  /// See find_row_problem().
  std::optional<RowProblem> (*find_problem)(std::span<const Token> row);

  /// Returns the number of tokens before a row's events.
  int flags() const { return anticipation ? 1 : 0; }
};

extern const Encoding kArrival, kInterarrival;

std::span<const Encoding* const> encodings();

/// Both return null if there is no match.
const Encoding* find_encoding(std::string_view name);
const Encoding* find_encoding_of_size(int vocabulary);

/// Lists the names of all encodings: "arrival or interarrival".
std::string encoding_names();

}  // namespace amt
