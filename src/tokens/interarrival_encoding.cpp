// The interarrival encoding: note-ons, note-offs and the waits between them.
#include <utility>

#include "amt/tokens/encoding.hpp"
#include "interarrival.hpp"
#include "interarrival_decoder.hpp"
#include "interarrival_rules.hpp"
#include "piece_encoder.hpp"

namespace amt {
namespace {

class InterarrivalEncoder : public PieceEncoder {
 public:
  explicit InterarrivalEncoder(RowSink sink) : packer_(std::move(sink)) {}

  void begin(std::size_t expected) override { tokens_.begin(expected); }
  void add(std::span<const NoteMessage> messages) override { tokens_.add(messages); }
  std::size_t count_tokens(std::span<const Note>) override { return tokens_.size(); }

  EncodedPiece encode(const Piece&) override {
    packer_.add(tokens_.tokens());
    return {.truncations = tokens_.truncations()};
  }

  void release_scratch() override { tokens_ = InterarrivalTokens(); }

  std::uint64_t rows() const override { return packer_.rows(); }

 private:
  InterarrivalPacker packer_;
  InterarrivalTokens tokens_;
};

}  // namespace

constinit const Encoding kInterarrival = {
    .name = "interarrival",
    .vocabulary = kInterarrivalVocabulary,
    .bytes_per_message = 2 * sizeof(Token),  // one for the message and one for the wait before it
    .long_times = "waits",
    .reference_long_times = "interarrival",
    .length_note = "Beginnings and ends of notes, and the waits between them.",
    .paper_tokens = {1'612'129'280, 114'519'040, 115'409'920},
    .make_encoder = [](int, RowSink sink) -> std::unique_ptr<PieceEncoder> {
      return std::make_unique<InterarrivalEncoder>(std::move(sink));
    },
    .decode = decode_interarrival,
    .find_problem = find_interarrival_problem,
};

}  // namespace amt
