// The MIDI files of a corpus: found, named by MD5, each once.
//
// Listing goes in three steps so that ranks can share the costly one: list_files (one rank),
// hash_share (every rank its part: only files whose MD5 is not known yet are read), and
// assemble_corpus (every rank, the same result).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "amt/corpus/extensions.hpp"
#include "amt/corpus/source.hpp"

namespace amt {

/// A larger file is rejected: it is not a piece of music, and each rank holds a whole file.
inline constexpr std::uint64_t kLargestFile = std::uint64_t{256} << 20;

/// A file of the corpus.
struct CorpusFile {
  std::string md5;   ///< 32 lower-case hex digits: its name as far as order and splits go
  std::string path;  ///< relative to the corpus; any bytes, not only UTF-8
  std::uint64_t bytes = 0;
  std::uint64_t offset = 0;  ///< of its bytes in the (unpacked) archive; 0 in a folder
};

/// A file that is not taken, and why. `path` is relative to the corpus.
struct Rejection {
  std::string path;
  std::string reason;
};

/// The files as they were found; a file's md5 is empty where it is not known yet.
struct Listing {
  Source source;
  std::vector<CorpusFile> files;  ///< in byte order of their paths
  /// In byte order of their paths: what has a MIDI file's name and cannot be read (a link that
  /// is broken, a pipe, a member that cannot be unpacked), and folders that cannot be listed.
  std::vector<Rejection> rejected;
  std::vector<std::string> problems;  ///< one line for all else that was left out
  EndingCounts passed_over;           ///< files that are not taken for their ending
};

/// Every file below the folder whose ending is taken, or in the archive as if it were unpacked;
/// names beginning with a dot aside. Symbolic links are followed, in an archive only those that
/// stay within it; a folder reached again is not entered again. Nothing is opened but folders and
/// the archive. A packed archive is read through once, hashing the files whose names are no MD5,
/// with progress on stderr. CorpusError if the corpus cannot be listed, or the archive is damaged,
/// or a MIDI file in it is stored as a sparse file. Local.
Listing list_files(const std::filesystem::path& corpus, const Extensions& extensions = {});

/// "" if the name (without extension) is no MD5, else its 32 hex digits in lower case.
std::string md5_from_name(const std::string& path);

/// All ranks' hashes, [rank][i] being that of file rank + i * ranks of a listing.
using HashShares = std::vector<std::vector<std::string>>;

/// The hashes of files rank, rank + ranks, rank + 2 ranks ... of the listing: an MD5 or, for a file
/// that cannot be read, "!" and the reason. CorpusError if an archive changed. Local.
std::vector<std::string> hash_share(const Listing& listing, int rank, int ranks);

/// The same, by the bytes of each file whatever its name says.
std::vector<std::string> hash_contents_share(const Listing& listing, int rank, int ranks);

/// The files of which two have the same size and, by a name at least, the same MD5: only their
/// contents tell whether they are equal. A pure function, as assemble_corpus is.
Listing files_named_alike(const Listing& listing, const HashShares& shares);

/// Files left out although they differ from the one of the same MD5 that was taken.
struct NameClashes {
  std::uint64_t files = 0;
  std::string first, taken;  ///< paths; of the first of them, and of the one taken in its place
};

struct Corpus {
  Source source;
  std::vector<CorpusFile> files;      ///< in order of md5, each md5 once
  std::vector<Rejection> unreadable;  ///< the listing's, and files that could not be read
  std::uint64_t duplicates = 0;       ///< files left out because an equal one was taken
  NameClashes clashes;
  EndingCounts passed_over;  ///< as in the listing
  std::uint64_t bytes() const;
  /// XXH3 over names and sizes: equal for equal corpora wherever they lie. 16 hex digits.
  std::string digest() const;
};

/// Of files with the same MD5 the first by path is taken. `alike` and `contents` are
/// files_named_alike and its hash_contents_shares.
Corpus assemble_corpus(const Listing& listing, const HashShares& shares, const Listing& alike = {},
                       const HashShares& contents = {});

}  // namespace amt
