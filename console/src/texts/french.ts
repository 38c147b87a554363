import type { Texts } from '../texts.js';
import { ACCOUNT } from './french-account.js';
import { OPERATIONS } from './french-operations.js';

/** The texts of the console in French. */
export const FRENCH: Texts = {
  name: 'Tessera',
  loading: 'Chargement…',
  signIn: {
    title: 'Console Tessera',
    email: 'Adresse e-mail',
    password: 'Mot de passe',
    code: 'Code de votre application d’authentification',
    button: 'Se connecter',
    busy: 'Connexion…',
    back: 'Utiliser un autre compte',
    note: 'Les jetons restent dans la mémoire de ce navigateur. Fermer le dernier onglet vous déconnecte.',
    reasons: {
      two_factor_auth_check: 'Le code est faux. Les codes changent toutes les 30 secondes.',
      must_reset_password: 'Votre mot de passe doit d’abord être changé. Demandez-le à un opérateur.',
      network: 'Le service ne répond pas. Votre saisie est conservée : réessayez.',
    },
  },
  failures: {
    network: 'Le service ne répond pas. Vérifiez votre connexion, puis réessayez.',
    unknown: 'Le service a répondu par une erreur.',
    requestId: (id) => `Requête ${id}`,
    denied: 'Votre utilisateur n’a pas le rôle nécessaire pour cette page. Un administrateur peut l’accorder.',
  },
  none: '—',
  menu: { sessions: 'Sessions', history: 'Pourquoi déconnecté ?', signOut: 'Se déconnecter' },
  list: {
    empty: 'Rien ne correspond ici. Retirez un filtre ou créez un premier enregistrement.',
    select: 'Sélectionner',
    from: 'à partir de',
    to: 'jusqu’à',
    filterHint: 'Un * à la fin trouve ce qui commence par le texte.',
    failed: 'Cette liste n’a pas pu être chargée.',
    retry: 'Réessayer',
  },
  commands: {
    run: 'Exécuter',
    cancel: 'Annuler',
    chosen: (count) => (count === 1 ? 'S’exécute sur 1 enregistrement.' : `S’exécute sur ${count} enregistrements.`),
    none: 'Aucun enregistrement n’est nécessaire.',
    done: 'La commande a été exécutée.',
  },
  sessions: {
    title: 'Sessions',
    hint: 'Les sessions qui peuvent encore être renouvelées, et les autres enregistrements de jetons de renouvellement.',
    empty:
      'Aucune session ne correspond. Les sessions terminées n’ont plus d’enregistrement : voyez « Pourquoi déconnecté ? ».',
    lastUsed: 'Dernier renouvellement',
    signedIn: 'Connexion',
    story: 'Histoire de la session',
    expires: 'Expiration',
    end: (count) => (count === 1 ? 'Terminer la session' : `Terminer ${count} sessions`),
    endTitle: (count) => (count === 1 ? 'Terminer cette session ?' : `Terminer ${count} sessions ?`),
    endText:
      'Son jeton de renouvellement cesse de fonctionner immédiatement. Les jetons d’accès restent valables jusqu’à leur expiration, ' +
      'sauf si une API les vérifie auprès du service.',
    ended: (count) => (count === 1 ? 'La session a été terminée.' : `${count} sessions ont été terminées.`),
  },
  history: {
    title: 'Pourquoi déconnecté ?',
    hint: 'Les sessions du journal d’audit, la plus récente d’abord, même terminées. Ouvrez-en une pour voir son histoire.',
    user: 'Utilisateur (e-mail)',
    client: 'Client',
    address: 'Adresse',
    search: 'Chercher',
    empty: 'Le journal d’audit n’a pas de telle session. Vérifiez l’orthographe ou donnez moins de critères.',
    columns: { when: 'Dernier événement', user: 'Utilisateur', client: 'Client', state: 'Ce qui s’est passé' },
    more: 'Seuls les événements les plus récents ont été cherchés. Nommez un utilisateur pour les plus anciens.',
  },
  story: {
    title: (who) => `Session de ${who}`,
    unknown: 'un utilisateur inconnu',
    missing:
      'Le journal d’audit n’a aucun événement de cette session. Elle est peut-être plus ancienne que AUDIT_RETENTION.',
    whatToDo: 'Que faire',
    picture: 'La session à l’échelle, du premier événement au dernier',
    timeline: 'Ce qui s’est passé',
    liveSince: (time) => `connecté depuis ${time}`,
    cut: 'Cette session a d’autres événements. Les plus anciens ne sont pas montrés ici.',
    times: (count) => `${count} fois`,
    gap: (time) => `${time} plus tard`,
    refreshed: 'Renouvelée',
    refreshNote:
      'Le journal n’a pas d’événement pour un renouvellement ordinaire. Celui-ci est nommé par un événement ultérieur ou par l’enregistrement.',
    facts: {
      user: 'Utilisateur',
      client: 'Client',
      address: 'Adresse',
      device: 'Appareil',
      agent: 'Agent utilisateur',
      request: 'Requête',
      id: 'Session',
    },
    parties: {
      title: 'Deux expéditeurs',
      last: 'Dernier renouvellement',
      stale: 'A envoyé l’ancien jeton',
      note: 'L’un des deux peut être le voleur.',
    },
    from: (address) => `depuis ${address}`,
    moved: (before, after) => `${before} → ${after}`,
    copy: 'Copier le lien',
    copied: 'Le lien a été copié.',
    others: 'Sessions de cet utilisateur',
    events: 'Tous les événements du journal d’audit',
    live: {
      headline: 'Cette session est active.',
      todo: 'Si l’utilisateur ne la connaît pas, terminez-la et faites changer le mot de passe.',
    },
    gone: {
      headline: 'Cette session n’a plus d’enregistrement.',
      todo: 'Son enregistrement a été supprimé. Les événements ci-dessous sont tout ce que l’on sait.',
    },
    expired: {
      headline: 'Cette session a expiré.',
      todo: 'Le client ne l’a pas renouvelée à temps. L’utilisateur se connecte de nouveau.',
    },
  },
  ...ACCOUNT,
  ...OPERATIONS,
};
