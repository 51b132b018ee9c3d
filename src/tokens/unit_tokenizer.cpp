#include "amt/tokens/unit_tokenizer.hpp"

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "anticipate.hpp"

namespace amt {
namespace {

double percent(std::uint64_t part, std::size_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

TokenStats& TokenStats::operator+=(const TokenStats& other) {
  sequences += other.sequences;
  rests += other.rests;
  too_short += other.too_short;
  too_long += other.too_long;
  too_many_instruments += other.too_many_instruments;
  discarded_rows += other.discarded_rows;
  truncations += other.truncations;
  files_kept += other.files_kept;
  seconds_of_music += other.seconds_of_music;
  return *this;
}

UnitTokenizer::UnitTokenizer(Encoding encoding, int augment, RowSink sink)
    : encoding_(encoding), augment_(augment), packer_(sink), interarrival_packer_(sink) {
  if (augment < 1) throw UsageError(str_cat("augment is ", augment, ": it must be at least 1"));
  if (encoding == Encoding::kInterarrival && augment != 1) {
    throw UsageError(str_cat("augment is ", augment,
                             ": the interarrival encoding has no augmentation, set it to 1"));
  }
}

FileOutcome UnitTokenizer::add(const Playback& playback) {
  begin_file();
  add_messages(playback.messages);
  return end_file();
}

void UnitTokenizer::begin_file(const MidiCounts* large) {
  if (large_ || large != nullptr) release_scratch();
  large_ = large != nullptr;
  pairing_.begin(notes_, large_ ? large->note_ons : 0);
  tokens_.begin(large_ && encoding_ == Encoding::kInterarrival ? large->notes : 0);
}

void UnitTokenizer::add_messages(std::span<const NoteMessage> messages) {
  pairing_.add(messages, notes_);
  if (encoding_ == Encoding::kInterarrival) tokens_.add(messages);
}

const std::vector<Note>& UnitTokenizer::notes() {
  pairing_.finish(notes_);
  return notes_;
}

FileOutcome UnitTokenizer::end_file() {
  const FileOutcome outcome = make_piece(notes(), piece_);
  const Extent of_file = extent();
  if (large_) {
    notes_ = std::vector<Note>();
    pairing_ = NotePairing();
  }
  if (outcome == FileOutcome::kKept) {
    if (encoding_ == Encoding::kArrival) {
      add_arrival();
    } else {
      add_interarrival();
    }
  }
  count(outcome);
  describe(of_file, outcome);
  if (large_) release_scratch();
  return outcome;
}

void UnitTokenizer::release_scratch() {
  // Not "= {}", by which a vector keeps its memory.
  pairing_ = NotePairing();
  notes_ = std::vector<Note>();
  piece_ = Piece();
  augmented_ = AugmentedPiece();
  padded_ = std::vector<Event>();
  triples_ = std::vector<Event>();
  tokens_ = InterarrivalTokens();
}

void UnitTokenizer::add_arrival() {
  // With the most rests that there can be: no copy needs more, and none is moved as it grows.
  const std::size_t most = piece_.events.size() + piece_.end_time / kLongestGap + 1;
  padded_.reserve(most);
  triples_.reserve(most);
  for (int k = 0; k < augment_; ++k) {
    augment(piece_, k, random_, augmented_);
    const std::uint64_t rests = pad(augmented_.events, piece_.end_time, padded_);
    stats_.rests += rests;
    if (k == 0) profile_.rests.add(kShareEdges, percent(rests, padded_.size()));
    anticipate(padded_, augmented_.controls, triples_);
    packer_.add(triples_, anticipates(k));
  }
  stats_.truncations += piece_.truncations * static_cast<std::uint64_t>(augment_);
}

void UnitTokenizer::add_interarrival() {
  interarrival_packer_.add(tokens_.tokens());
  stats_.truncations += tokens_.truncations();
}

void UnitTokenizer::count(FileOutcome outcome) {
  stats_.too_short += outcome == FileOutcome::kTooShort ? 1 : 0;
  stats_.too_long += outcome == FileOutcome::kTooLong ? 1 : 0;
  stats_.too_many_instruments += outcome == FileOutcome::kTooManyInstruments ? 1 : 0;
  stats_.sequences = packer_.rows() + interarrival_packer_.rows();
  stats_.discarded_rows = packer_.discarded();
  if (outcome != FileOutcome::kKept) return;
  ++stats_.files_kept;
  stats_.seconds_of_music += piece_.seconds();
}

UnitTokenizer::Extent UnitTokenizer::extent() const {
  const std::size_t tokens = encoding_ == Encoding::kArrival ? 3 * notes_.size() : tokens_.size();
  return {static_cast<double>(tokens), notes_.empty() ? 0 : notes_.back().onset / kTimeResolution};
}

void UnitTokenizer::describe(const Extent& extent, FileOutcome outcome) {
  const auto [tokens, seconds] = extent;
  profile_.tokens_before.add(kTokenEdges, tokens);
  profile_.seconds_before.add(kSecondEdges, seconds);
  if (outcome != FileOutcome::kKept) return;
  profile_.tokens_after.add(kTokenEdges, tokens);
  profile_.seconds_after.add(kSecondEdges, seconds);
  profile_.tokens_per_second.add(kRateEdges, tokens / piece_.seconds());
  ++profile_.instruments_in_piece[piece_.instruments.size()];
  for (const std::uint8_t instrument : piece_.instruments) ++profile_.pieces_with[instrument];
}

}  // namespace amt
