#include "output.hpp"

#include <fmt/core.h>

#include "amt/base/files.hpp"
#include "amt/midi/piano_roll.hpp"
#include "amt/midi/writer.hpp"
#include "amt/tokens/decode.hpp"

namespace amt {
namespace {

Note note_of(const Event& event) {
  return played_note(event.time, event.duration - kDurationOffset,
                     (event.note - kNoteOffset) % kPitches, instrument_of(event));
}

std::vector<Note> notes_of(const Events& events) {
  std::vector<Note> notes;
  for (const Event& event : events) notes.push_back(note_of(event));
  return notes;
}

}  // namespace

std::filesystem::path output_path(const std::filesystem::path& out, std::uint64_t number,
                                  std::uint64_t count) {
  if (count == 1) return out;
  return out.parent_path() /
         fmt::format("{}-{}{}", out.stem().string(), number + 1, out.extension().string());
}

void write_piece(const Events& events, const std::filesystem::path& file) {
  save_midi(notes_of(events), file);
}

void draw_piece(const Events& events, const GenerationTask& task, const std::string& name,
                const std::filesystem::path& file) {
  PianoRoll roll = piano_roll_of(notes_of(events), name);
  const std::uint32_t last = events.empty() ? 0 : events.back().time;
  for (const std::uint32_t edge : {task.start, task.end}) {
    if (edge > 0 && edge < last) roll.marks.push_back(static_cast<double>(edge) / kTimeResolution);
  }
  write_file_atomically(file, piano_roll_document(roll));
}

std::string text_of(const Events& events) {
  std::string text;
  for (const Event& event : events) {
    const Note note = note_of(event);
    text += fmt::format("{} {} {} {}\n", event.time, note.duration, note.pitch, note.instrument);
  }
  return text;
}

}  // namespace amt
