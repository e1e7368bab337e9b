//! Words that say nothing of what a text is about, folded (without accents) and sorted.
//!
//! Function words only. The boilerplate of the trade ("buscamos", "se requiere", "empresa") is left
//! to its frequency, which makes it weigh little where it is common.

pub(crate) const SPANISH: &[&str] = &[
    "al", "algo", "algun", "alguna", "algunas", "alguno", "algunos", "ambos", "ante", "antes",
    "aquel", "aquella", "aquellas", "aquello", "aquellos", "asi", "aun", "aunque", "bajo", "cada",
    "como", "con", "contra", "cual", "cuales", "cuando", "de", "del", "desde", "donde", "dos",
    "durante", "el", "ella", "ellas", "ello", "ellos", "en", "entre", "era", "eran", "es", "esa",
    "esas", "ese", "eso", "esos", "esta", "estan", "estar", "estas", "este", "esto", "estos",
    "fue", "fueron", "ha", "haber", "habia", "han", "hasta", "hay", "la", "las", "le", "les", "lo",
    "los", "mas", "me", "mediante", "mi", "mientras", "mis", "misma", "mismas", "mismo", "mismos",
    "mucho", "muchos", "muy", "nada", "ni", "no", "nos", "nosotros", "nuestra", "nuestras",
    "nuestro", "nuestros", "o", "os", "otra", "otras", "otro", "otros", "para", "pero", "poco",
    "por", "porque", "pues", "que", "quien", "quienes", "se", "sea", "sean", "segun", "ser", "si",
    "sido", "sin", "sobre", "son", "su", "sus", "tal", "tambien", "tanto", "te", "tener", "tiene",
    "tienen", "toda", "todas", "todo", "todos", "tras", "tu", "tus", "u", "un", "una", "unas",
    "uno", "unos", "y", "ya",
];

pub(crate) const ENGLISH: &[&str] = &[
    "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "because",
    "been", "before", "being", "between", "both", "but", "by", "can", "could", "did", "do", "does",
    "doing", "during", "each", "few", "for", "from", "further", "had", "has", "have", "having",
    "he", "her", "here", "hers", "him", "his", "how", "if", "in", "into", "is", "it", "its",
    "itself", "just", "may", "me", "more", "most", "my", "no", "nor", "not", "of", "on", "once",
    "only", "or", "other", "our", "ours", "out", "over", "own", "same", "she", "should", "so",
    "some", "such", "than", "that", "the", "their", "theirs", "them", "then", "there", "these",
    "they", "this", "those", "through", "to", "too", "under", "until", "up", "upon", "very", "was",
    "we", "were", "what", "when", "where", "which", "while", "who", "whom", "why", "will", "with",
    "within", "without", "would", "you", "your", "yours",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_for_binary_search() {
        assert!(SPANISH.is_sorted());
        assert!(ENGLISH.is_sorted());
    }
}
