// The arrival encoding: (time, duration, note) triples of events, and of controls ahead of time.
#include <utility>
#include <vector>

#include "amt/random/numpy_random.hpp"
#include "amt/tokens/anticipate.hpp"
#include "amt/tokens/encoding.hpp"
#include "arrival_decoder.hpp"
#include "arrival_rules.hpp"
#include "augment.hpp"
#include "packer.hpp"
#include "piece_encoder.hpp"

namespace amt {
namespace {

class ArrivalEncoder : public PieceEncoder {
 public:
  ArrivalEncoder(int augment, RowSink sink) : augment_(augment), packer_(std::move(sink)) {}

  std::size_t count_tokens(std::span<const Note> notes) override {
    return kTripleTokens * notes.size();
  }

  EncodedPiece encode(const Piece& piece) override {
    EncodedPiece result;
    reserve(piece);
    for (int k = 0; k < augment_; ++k) {
      augment(piece, k, random_, augmented_);
      const std::uint64_t rests = pad(augmented_.events, piece.end_time, padded_);
      result.rests += rests;
      if (k == 0) {
        result.first_rests = rests;
        result.first_events = padded_.size();
      }
      anticipate(padded_, augmented_.controls, triples_);
      packer_.add(triples_, anticipates(k));
    }
    result.truncations = piece.truncations * augment_;
    return result;
  }

  void release_scratch() override {
    // Assigning {} would keep the vectors' memory.
    augmented_ = AugmentedPiece();
    padded_ = std::vector<Event>();
    triples_ = std::vector<Event>();
  }

  std::uint64_t rows() const override { return packer_.rows(); }
  std::uint64_t discarded() const override { return packer_.discarded(); }

 private:
  /// Reserves memory for the largest possible number of rests, so that no copy has to grow and
  /// move.
  void reserve(const Piece& piece) {
    const std::size_t most = piece.events.size() + piece.end_time / kLongestGap + 1;
    padded_.reserve(most);
    triples_.reserve(most);
  }

  int augment_;
  NumpyRandom random_{0};
  RowPacker packer_;
  AugmentedPiece augmented_;
  std::vector<Event> padded_, triples_;
};

constexpr std::array kFields = {"onset", "duration", "note"};
static_assert(kFields.size() == kTripleTokens);

}  // namespace

constinit const Encoding kArrival = {
    .name = "arrival",
    .vocabulary = kArrivalVocabulary,
    .fields = kFields,
    .anticipation = true,
    .bytes_per_note = 5 * sizeof(Event),  // the piece, its two parts, padded, interleaved
    .long_times = "durations",
    .reference_long_times = "duration",
    .length_note = "Three tokens per note; rests are not counted.",
    .paper_tokens = {1'741'830'387, 123'785'046, 125'050'497},
    .make_encoder = [](int augment, RowSink sink) -> std::unique_ptr<PieceEncoder> {
      return std::make_unique<ArrivalEncoder>(augment, std::move(sink));
    },
    .decode = decode_arrival,
    .find_problem = find_arrival_problem,
};

}  // namespace amt
