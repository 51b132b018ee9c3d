#include "tokenise.hpp"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "amt/base/atomic_file.hpp"
#include "amt/base/error.hpp"
#include "amt/midi/compound.hpp"
#include "amt/midi/notes.hpp"
#include "amt/tokens/row_text.hpp"

namespace amt {
namespace {

/// The reference's tokenized-events file for one unit; appears only when it is complete.
class TextFile {
 public:
  TextFile(const std::filesystem::path& folder, const Unit& unit)
      : out_(folder / fmt::format("tokenized-events-{}.txt", unit.name)) {}

  void write(const Row& row) {
    line_.clear();
    append_row_text(row, line_);
    out_.write(line_);
  }

  void commit() { out_.commit(Durability::kUnsynced); }

 private:
  AtomicFile out_;
  std::string line_;
};

/// Takes memory from the rows while a large file is processed.
class Room {
 public:
  Room(const MakeRoom& make_room, std::uint64_t need)
      : make_room_(need > kFileMemory ? make_room : MakeRoom()) {
    if (make_room_) make_room_(need - kFileMemory);
  }
  ~Room() {
    if (make_room_) make_room_(0);
  }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

 private:
  MakeRoom make_room_;
};

}  // namespace

UnitReader::UnitReader(const Corpus& corpus, FileReader& files, const PrepareOptions& options,
                       UnitRowSink sink, FileDone done, std::uint64_t most, MakeRoom make_room)
    : corpus_(corpus),
      files_(files),
      options_(options),
      sink_(std::move(sink)),
      done_(std::move(done)),
      most_(most),
      make_room_(std::move(make_room)) {}

UnitResult UnitReader::read(const Unit& unit, std::vector<Rejection>& rejections) {
  std::optional<TextFile> text;
  if (!options_.text.empty()) text.emplace(options_.text, unit);
  std::uint32_t row = 0;
  const auto emit = [&](const Row& tokens) {
    if (text) text->write(tokens);
    sink_(unit, row++, tokens);
  };
  const int augment = unit.split == Split::kTrain ? options_.augment : 1;
  UnitTokenizer tokenizer(options_.encoding(), augment, emit);
  UnitResult result = {unit.index, 0, {}, {}};
  for (std::size_t i = unit.first; i < unit.last; ++i) {
    if (add(corpus_.files[i], tokenizer, rejections)) {
      result.profile.add(tokenizer.last_file());
    } else {
      ++result.rejected;
    }
    bytes_done_ += corpus_.files[i].bytes;
    done_(++files_done_, bytes_done_);
  }
  if (text) text->commit();
  result.stats = tokenizer.stats();
  return result;
}

bool UnitReader::add(const CorpusFile& file, UnitTokenizer& tokenizer,
                     std::vector<Rejection>& rejections) {
  std::span<const std::byte> bytes;
  try {
    bytes = files_.read(file);
  } catch (const CorpusError&) {
    throw;
  } catch (const Error& error) {  // the file vanished, or the disk is bad: do not stop the job
    rejections.push_back({file.path, error.what()});
    return false;
  }
  try {
    add_parsed(file, bytes, tokenizer);
    return true;
  } catch (const MidiError& error) {
    rejections.push_back({file.path, error.what()});
    return false;
  }
}

void UnitReader::add_parsed(const CorpusFile& file, std::span<const std::byte> bytes,
                            UnitTokenizer& tokenizer) {
  // Counting takes about as long as parsing, so it is done only for potentially large files.
  if (memory_of_file(bytes.size(), options_) > kFileMemory) {
    return add_large(file, bytes, tokenizer);
  }
  tokenizer.begin_file();
  parser_.parse(bytes, [&](std::span<const NoteMessage> some) { tokenizer.add_messages(some); });
  if (!options_.compound.empty()) write_compound(file, tokenizer.notes());
  tokenizer.end_file();
}

void UnitReader::add_large(const CorpusFile& file, std::span<const std::byte> bytes,
                           UnitTokenizer& tokenizer) {
  const MidiCounts counts = count_messages(bytes);
  const std::uint64_t need = memory_of_file(bytes.size(), counts, options_);
  if (need > most_) throw MidiError(too_large_reason(need));
  const Room room(make_room_, need);
  parser_ = MidiParser();
  tokenizer.begin_file(&counts);
  // The messages are freed once they have become notes.
  MidiParser().parse(bytes,
                     [&](std::span<const NoteMessage> some) { tokenizer.add_messages(some); });
  if (!options_.compound.empty()) write_compound(file, tokenizer.notes());
  tokenizer.end_file();
}

void UnitReader::write_compound(const CorpusFile& file, const std::vector<Note>& notes) const {
  const std::string name = file.md5 + std::filesystem::path(file.path).extension().string();
  AtomicFile out(std::filesystem::path(options_.compound) / (name + ".compound.txt"));
  out.write(compound_text(notes));
  out.commit(Durability::kUnsynced);
}

}  // namespace amt
