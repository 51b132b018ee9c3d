#include "amt/tokens/unit_tokenizer.hpp"

#include <fmt/core.h>

#include <utility>

#include "amt/base/error.hpp"
#include "piece_encoder.hpp"

namespace amt {
namespace {

/// Counts a file that was left out.
void count_left_out(FileOutcome outcome, TokenStats& stats) {
  stats.too_short += outcome == FileOutcome::kTooShort ? 1 : 0;
  stats.too_long += outcome == FileOutcome::kTooLong ? 1 : 0;
  stats.too_many_instruments += outcome == FileOutcome::kTooManyInstruments ? 1 : 0;
}

}  // namespace

UnitTokenizer::UnitTokenizer(const Encoding& encoding, int augment, RowSink sink) {
  if (augment < 1) throw UsageError(fmt::format("augment is {}: it must be at least 1", augment));
  if (!encoding.anticipation && augment != 1) {
    throw UsageError(fmt::format(
        "augment is {}: the {} encoding does not support augmentation; set augment to 1", augment,
        encoding.name));
  }
  encoder_ = encoding.make_encoder(augment, std::move(sink));
}

UnitTokenizer::~UnitTokenizer() = default;

FileOutcome UnitTokenizer::add(const Playback& playback) {
  begin_file();
  add_messages(playback.messages);
  return end_file();
}

void UnitTokenizer::begin_file(const MidiCounts* large) {
  if (large_ || large != nullptr) release_scratch();
  large_ = large != nullptr;
  pairing_.begin(notes_, large_ ? large->note_ons : 0);
  encoder_->begin(large_ ? large->notes : 0);
}

void UnitTokenizer::add_messages(std::span<const NoteMessage> messages) {
  pairing_.add(messages, notes_);
  encoder_->add(messages);
}

const std::vector<Note>& UnitTokenizer::notes() {
  pairing_.finish(notes_);
  return notes_;
}

FileOutcome UnitTokenizer::end_file() {
  const FileOutcome outcome = make_piece(notes(), piece_);
  last_file_.outcome = outcome;
  last_file_.tokens = encoder_->count_tokens(notes_);
  last_file_.last_onset = notes_.empty() ? 0 : notes_.back().onset / kTimeResolution;
  if (large_) {
    notes_ = std::vector<Note>();
    pairing_ = NotePairing();
  }
  if (outcome == FileOutcome::kKept) {
    encode();
  } else {
    count_left_out(outcome, stats_);
  }
  if (large_) release_scratch();
  return outcome;
}

void UnitTokenizer::release_scratch() {
  // Assigning {} would keep the vectors' memory.
  pairing_ = NotePairing();
  notes_ = std::vector<Note>();
  piece_ = Piece();
  encoder_->release_scratch();
}

void UnitTokenizer::encode() {
  const EncodedPiece encoded = encoder_->encode(piece_);
  last_file_.seconds = piece_.seconds();
  last_file_.instruments = piece_.instruments;
  last_file_.rests = encoded.first_rests;
  last_file_.events = encoded.first_events;
  ++stats_.files_kept;
  stats_.seconds_of_music += last_file_.seconds;
  stats_.rests += encoded.rests;
  stats_.truncations += encoded.truncations;
  stats_.sequences = encoder_->rows();
  stats_.discarded_rows = encoder_->discarded();
}

}  // namespace amt
