// Finds the MIDI files of a corpus, identifies them by MD5, and leaves out duplicates.
//
// The listing has three steps so that ranks can share the expensive one: list_files (on one rank),
// hash_share (each rank hashes its part, reading only files whose MD5 is not known yet), and
// assemble_corpus (on every rank, with the same result).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "amt/corpus/extensions.hpp"
#include "amt/corpus/source.hpp"

namespace amt {

/// Larger files are rejected: they are not pieces of music, and a rank holds a complete file in
/// memory.
inline constexpr std::uint64_t kLargestFile = std::uint64_t{256} << 20;

/// A file of the corpus.
struct CorpusFile {
  std::string md5;   ///< 32 lower-case hex digits; decides order and split
  std::string path;  ///< relative to the corpus; any bytes, not only UTF-8
  std::uint64_t bytes = 0;
  std::uint64_t offset = 0;  ///< where its bytes start in the (unpacked) archive; 0 in a folder
};

/// A file that was rejected, and the reason. `path` is relative to the corpus.
struct Rejection {
  std::string path;
  std::string reason;
};

/// The files that were found; md5 is empty for those not hashed yet.
struct Listing {
  Source source;
  std::vector<CorpusFile> files;  ///< sorted by path, in byte order
  /// In byte order of their paths: entries with a MIDI file's name that cannot be read (a broken
  /// link, a pipe, a member that cannot be unpacked), and folders that cannot be listed.
  std::vector<Rejection> rejected;
  std::vector<std::string> problems;  ///< one line for each other omission
  ExtensionCounts passed_over;        ///< files ignored because of their extension
};

/// Lists every file with an accepted extension below the folder, or in the archive as if it were
/// unpacked, ignoring names that begin with a dot. Follows symbolic links, in an archive only those
/// that stay within it, and enters no folder twice. Opens only folders and the archive. A
/// compressed archive is read once in full, hashing the files whose names are not MD5s, with
/// progress on stderr. Throws CorpusError if the corpus cannot be listed, if the archive is
/// damaged, or if it stores a MIDI file as a sparse file. Local.
Listing list_files(const std::filesystem::path& corpus, const Extensions& extensions = {});

/// Returns the MD5 in a file's name, as 32 lower-case hex digits; "" if the name without its
/// extension is not an MD5.
std::string md5_from_name(const std::string& path);

/// The hashes of all ranks: [rank][i] belongs to file rank + i * ranks of the listing.
using HashShares = std::vector<std::vector<std::string>>;

/// Hashes files rank, rank + ranks, rank + 2 ranks ... of the listing. An element of the result is
/// an MD5 or, for a file that cannot be read, "!" and the reason. Throws CorpusError if an archive
/// changed. Local.
std::vector<std::string> hash_share(const Listing& listing, int rank, int ranks);

/// As above, but always hashes the contents, even of files named by an MD5.
std::vector<std::string> hash_contents_share(const Listing& listing, int rank, int ranks);

/// Returns the files with the same size and MD5 as another file where at least one of the MD5s was
/// taken from a name: only their contents show whether they are equal. A pure function, like
/// assemble_corpus.
Listing files_named_alike(const Listing& listing, const HashShares& shares);

/// Files that were left out although their contents differ from the file kept for the same MD5.
struct NameClashes {
  std::uint64_t files = 0;
  std::string first, taken;  ///< paths of the first one, and of the file kept instead
};

struct Corpus {
  Source source;
  std::vector<CorpusFile> files;      ///< sorted by md5; each md5 occurs once
  std::vector<Rejection> unreadable;  ///< from the listing, and files that could not be read
  std::uint64_t duplicates = 0;       ///< files left out because an identical one was taken
  NameClashes clashes;
  ExtensionCounts passed_over;  ///< as in the listing
  std::uint64_t bytes() const;
  /// Returns the XXH3 over MD5s and sizes, as 16 hex digits: equal for equal corpora, wherever they
  /// are stored.
  std::string digest() const;
};

/// Builds the corpus. Of files with the same MD5, keeps the first by path. `alike` is the result of
/// files_named_alike, and `contents` are its hashes from hash_contents_share.
Corpus assemble_corpus(const Listing& listing, const HashShares& shares, const Listing& alike = {},
                       const HashShares& contents = {});

}  // namespace amt
